import { checkImageUrl, parseDataUrl } from '../../../../../nodes/HailuoVideo/order/images/url';
import { InputRefused } from '../../../../../nodes/shared/errors';
import { images, png } from '../../../../helpers/images';

const MB = 1024 * 1024;

function refusal(run: () => unknown): InputRefused {
	let error: unknown;
	try {
		run();
	} catch (thrown) {
		error = thrown;
	}
	expect(error).toBeInstanceOf(InputRefused);
	return error as InputRefused;
}

describe('data URLs', () => {
	it.each(images)('are read: $name', ({ bytes, format }) => {
		const text = `data:image/${format};base64,${bytes.toString('base64')}`;
		expect(parseDataUrl(text)).toEqual({ mimeType: `image/${format}`, bytes });
	});

	it.each([
		['data:image/png;base64,AQID', 'image/png', 3],
		['DATA:Image/JPG;Base64,AQI=', 'image/jpg', 2],
		['  data:image/svg+xml;charset=utf-8;base64,AQ==\n', 'image/svg+xml', 1],
		['data:image/png;base64,', 'image/png', 0],
		['data:image/png;base64,+/+/', 'image/png', 3],
	])('reads %j', (text, mimeType, length) => {
		const parsed = parseDataUrl(text);
		expect(parsed?.mimeType).toBe(mimeType);
		expect(parsed?.bytes).toHaveLength(length);
	});

	it.each([
		'',
		'data:',
		'data:,',
		'data:;base64,AQID',
		'data:base64,AQID',
		'data:image/png,AQID',
		'data:image/png;base64;charset=x,AQID',
		'data:image;base64,AQID',
		'data:image/png;base64',
		'data:image/png;base64,AQI',
		'data:image/png;base64,AQ=',
		'data:image/png;base64,A===',
		'data:image/png;base64,====',
		'data:image/png;base64,AQ=D',
		'data:image/png;base64,AQID\nAQID',
		'data:image/png;base64,AQ ID',
		'data:image/png;base64,-_-_',
		'data:image/png;base64,AQ%3D%3D',
		'data:image/png;base64,ÄÖÜß',
		'https://example.com/a.png',
		'AQID',
		`data:image/png;x=${'x'.repeat(400)};base64,AQID`,
	])('refuses %j', (text) => {
		expect(parseDataUrl(text)).toBeUndefined();
	});

	it('are read at 20 MB, good and bad', () => {
		const text = `data:image/png;base64,${Buffer.alloc(20 * MB, 7).toString('base64')}`;
		expect(parseDataUrl(text)?.bytes).toHaveLength(20 * MB);
		expect(parseDataUrl(`${text.slice(0, -8)}!AQI====`)).toBeUndefined();
		expect(checkImageUrl(text, 'First Frame URL')).toBe('data');
	});
});

describe('checkImageUrl', () => {
	const check = (text: unknown) => checkImageUrl(text as string, 'First Frame URL');

	it.each([
		['https://example.com/a.png', 'http'],
		['http://127.0.0.1:5678/a.png?x=1#y', 'http'],
		['  HTTPS://example.com/%20a.png \n', 'http'],
		['https://例え.jp/写真.png', 'http'],
		['data:image/jpeg;base64,/9j/', 'data'],
		[' DATA:image/jpeg;base64,/9j/ ', 'data'],
	])('takes %j', (text, kind) => {
		expect(check(text)).toBe(kind);
	});

	it.each([
		['', 'is empty'],
		[' \n\t', 'is empty'],
		[undefined, 'is empty'],
		[null, 'is empty'],
		[7, 'is not text but a value of type number'],
		[['https://example.com/a.png'], 'is not text but a list'],
		['ftp://example.com/a.png', "starts with 'ftp:'"],
		['javascript:alert(1)', "starts with 'javascript:'"],
		['blob:https://example.com/1', "starts with 'blob:'"],
		['filesystem-v2:workflows/1', "starts with 'filesystem-v2:'"],
		['file:///home/me/a.png', 'names a file on a computer'],
		['/home/me/a.png', 'names a file on a computer'],
		['./a.png', 'names a file on a computer'],
		['../a.png', 'names a file on a computer'],
		['~/a.png', 'names a file on a computer'],
		['C:\\pictures\\a.png', 'names a file on a computer'],
		['\\\\server\\a.png', 'names a file on a computer'],
		['a.png', 'does not start with https://'],
		['//example.com/a.png', 'does not start with https://'],
		['www.example.com/a.png', 'does not start with https://'],
		['localhost:5678/a.png', 'does not start with https://'],
		['https:example.com/a.png', 'is no valid URL'],
		['https://', 'is no valid URL'],
		['http://[::1/a.png', 'is no valid URL'],
		['https://a.com/a.png https://b.com/b.png', 'holds a blank or a line break'],
		['https://a.com/a.png\nhttps://b.com/b.png', 'holds a blank or a line break'],
		['data:image/png,AQID', 'holds a data URL that cannot be read'],
		['data:image/png;base64,AQID\nAQID', 'holds a data URL that cannot be read'],
		['/9j/4AAQSkZJRgABAQ', 'holds base64 text without the head of a data URL'],
		['AQID'.repeat(50), 'holds base64 text without the head of a data URL'],
	])('refuses %j', (text, why) => {
		const error = refusal(() => check(text));
		expect(error.message.startsWith(`'First Frame URL' ${why}`)).toBe(true);
		expect(error.parameter).toBe('First Frame URL');
		expect(error.description).not.toBe('');
	});

	it('tells which head a bare base64 text needs', () => {
		const png64 = png(5, 5).toString('base64');
		expect(refusal(() => check(png64)).description).toContain('data:image/png;base64,');
	});

	it('does not repeat a long text, whatever is wrong with it', () => {
		const long = 'x y'.repeat(MB);
		for (const text of [
			long,
			`https://${long}`,
			`data:image/png;base64,${long}`,
			`ftp://${long}`,
		]) {
			const error = refusal(() => check(text));
			expect(error.message.length).toBeLessThan(200);
		}
	});
});
