import { isPrivateHost } from '../../../../nodes/shared/transport/privateHost';

const hostOf = (url: string) => new URL(url).hostname;

test.each([
	'http://localhost/',
	'http://LOCALHOST./',
	'http://a.localhost/',
	'http://127.0.0.1/',
	'http://127.1/',
	'http://2130706433/',
	'http://0x7f.0.0.1/',
	'http://0/',
	'http://10.1.2.3/',
	'http://172.16.0.1/',
	'http://172.31.255.255/',
	'http://192.168.1.1/',
	'http://169.254.169.254/latest',
	'http://100.64.0.1/',
	'http://[::1]/',
	'http://[::]/',
	'http://[::ffff:127.0.0.1]/',
	'http://[::ffff:10.0.0.1]/',
	'http://[fd00::1]/',
	'http://[fe80::1]/',
	'http://n8n/',
	'http://db.internal/',
	'http://printer.local/',
])('%s is private', (url) => expect(isPrivateHost(hostOf(url))).toBe(true));

test.each([
	'https://video-product.cdn.minimax.io/',
	'https://files.toapis.com/',
	'https://d1q70pf5vjeyhc.cloudfront.net/',
	'http://172.32.0.1/',
	'http://11.0.0.1/',
	'http://100.128.0.1/',
	'http://[2606:4700::1111]/',
	'http://[::ffff:8.8.8.8]/',
	'https://local.example.com/',
])('%s is public', (url) => expect(isPrivateHost(hostOf(url))).toBe(false));
