import {
	cameraMovements,
	directCamera,
	type CameraMovement,
	type CameraNotation,
} from '../../../../nodes/HailuoVideo/order/camera';
import { InputRefused } from '../../../../nodes/shared/errors';
import { random } from '../../../helpers/random';

const ids = cameraMovements.map(({ id }) => id);
const notations: CameraNotation[] = ['chinese', 'english', 'asWritten'];

const toChinese = (prompt: string) => directCamera(prompt, [], 'chinese').prompt;
const toEnglish = (prompt: string) => directCamera(prompt, [], 'english').prompt;
const hintsOf = (prompt: string, notation: CameraNotation = 'english') =>
	directCamera(prompt, [], notation).hints;

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

describe('the 15 directives', () => {
	it('are those of MiniMax, word for word', () => {
		const table = cameraMovements.map(({ id, chinese, english }) => [id, chinese, english]);
		expect(table).toEqual([
			['truckLeft', '左移', 'Truck left'],
			['truckRight', '右移', 'Truck right'],
			['panLeft', '左摇', 'Pan left'],
			['panRight', '右摇', 'Pan right'],
			['pushIn', '推进', 'Push in'],
			['pullOut', '拉远', 'Pull out'],
			['pedestalUp', '上升', 'Pedestal up'],
			['pedestalDown', '下降', 'Pedestal down'],
			['tiltUp', '上摇', 'Tilt up'],
			['tiltDown', '下摇', 'Tilt down'],
			['zoomIn', '变焦推近', 'Zoom in'],
			['zoomOut', '变焦拉远', 'Zoom out'],
			['shake', '晃动', 'Shake'],
			['trackingShot', '跟随', 'Tracking shot'],
			['staticShot', '固定', 'Static shot'],
		]);
	});

	it('share no word', () => {
		const words = cameraMovements.flatMap((one) => [
			one.id,
			one.chinese,
			...new Set([one.english, ...one.alsoKnownAs]),
		]);
		const keys = words.map((word) => word.toLowerCase().replace(/\s/g, ''));
		// An id and its English words are one key; everything else is there once.
		expect(keys.length - new Set(keys).size).toBe(cameraMovements.length);
	});

	it.each([...cameraMovements])('$id goes from each notation to the other', (movement) => {
		const { chinese, english, alsoKnownAs } = movement;
		for (const word of [chinese, english, ...alsoKnownAs]) {
			expect(toChinese(`A girl [${word}] turns`)).toBe(`A girl [${chinese}] turns`);
			expect(toEnglish(`A girl [${word}] turns`)).toBe(`A girl [${english}] turns`);
		}
		for (const written of [chinese, english]) {
			const prompt = `A girl [${written}] turns`;
			expect(directCamera(prompt, [], 'asWritten')).toEqual({ prompt, hints: [] });
		}
	});

	it.each([
		['Move left', 'truckLeft'],
		['Move right', 'truckRight'],
		['Dolly in', 'pushIn'],
		['Dolly out', 'pullOut'],
		['Push out', 'pullOut'],
		['Rise', 'pedestalUp'],
		['Fall', 'pedestalDown'],
		['Follow', 'trackingShot'],
		['Static', 'staticShot'],
	])('"%s" is %s, with a hint', (word, id) => {
		const english = cameraMovements.find((movement) => movement.id === id)!.english;
		expect(directCamera(`[${word}]`, [], 'english')).toEqual({
			prompt: `[${english}]`,
			hints: [`'[${word}]' in the prompt is read as camera directive '[${english}]'`],
		});
	});
});

describe('directives in the prompt', () => {
	it('follow the examples of seeds 000, 001 and 003', () => {
		expect(toEnglish('[左摇,上升]')).toBe('[Pan left, Pedestal up]');
		expect(toChinese('[Pan left, Pedestal up]')).toBe('[左摇,上升]');
		const seed001 =
			"A girl climbs onto the horse [右移], then pulls the horse's head and turns, galloping away [拉远].";
		expect(toEnglish(seed001)).toBe(
			"A girl climbs onto the horse [Truck right], then pulls the horse's head and turns, galloping away [Pull out].",
		);
		expect(toChinese(seed001)).toBe(seed001);
	});

	it.each([
		'[pan left,PEDESTAL UP]',
		'[ Pan   left ,  pedestal\tup ]',
		'[pan-left, pedestal_up]',
		'[panLeft, pedestalUp]',
		'［Pan left，Pedestal up］',
		'【左摇、上升】',
		'[ＰＡＮ ＬＥＦＴ,上 升]',
		'[Pan left, Pedestal up,]',
		'[Pan left,, Pedestal up]',
		'[Pan left, 上升]',
	])('are read from %s', (written) => {
		expect(toEnglish(written)).toBe('[Pan left, Pedestal up]');
		expect(toChinese(written)).toBe('[左摇,上升]');
		expect(directCamera(written, [], 'asWritten').prompt).toBe(written);
		expect(hintsOf(written)).toEqual([]);
	});

	it('are read in traditional characters', () => {
		expect(toChinese('[左搖,變焦推近,跟隨]')).toBe('[左摇,变焦推近,跟随]');
	});

	it('may be three in a bracket, and not four', () => {
		expect(toEnglish('[左移,右摇,晃动]')).toBe('[Truck left, Pan right, Shake]');
		for (const notation of notations) {
			const prompt = 'Go [Truck left, Pan right, Shake, Tilt up]';
			const error = refusal(() => directCamera(prompt, [], notation));
			expect(error.parameter).toBe('Prompt');
			expect(error.message).toBe(
				"'Prompt' holds 4 camera directives in '[Truck left, Pan right, Shake, Tilt up]'; a bracket can hold 3",
			);
			expect(error.description).toContain("'[Truck left, Pan right, Shake] [Tilt up]'");
		}
		expect(() => toEnglish('[左移,右摇,晃动,上摇]')).toThrow('holds 4 camera directives');
		expect(() => toEnglish('[Shake,Shake,Shake,Shake]')).toThrow('holds 4 camera directives');
	});

	it('may be any number in several brackets', () => {
		expect(toChinese('[Zoom in]'.repeat(50))).toBe('[变焦推近]'.repeat(50));
	});

	it('are kept when named twice, with a hint', () => {
		expect(directCamera('[Shake, 晃动]', [], 'english')).toEqual({
			prompt: '[Shake, Shake]',
			hints: ["'[Shake, 晃动]' in the prompt names the same camera directive more than once"],
		});
	});

	it('are left as they are, with a hint when they are not in a documented form', () => {
		expect(hintsOf('【左摇】', 'asWritten')).toEqual([
			"'【左摇】' in the prompt is sent as written; the documented form is '[左摇]'",
		]);
		expect(hintsOf('[Dolly in, Shake]', 'asWritten')).toEqual([
			"'[Dolly in, Shake]' in the prompt is sent as written; the documented form is '[Push in, Shake]'",
		]);
	});

	it.each(notations)('refuse an unknown word beside them (%s)', (notation) => {
		const error = refusal(() => directCamera('Go [Pan left, spin]', [], notation));
		expect(error.parameter).toBe('Prompt');
		expect(error.message).toBe(
			"'Prompt' holds 'spin' in '[Pan left, spin]', which is no camera directive",
		);
		expect(error.description).toContain('Truck left, Truck right, Pan left');
		expect(error.description).toContain("Correct 'spin', or move it out of the bracket.");
	});

	it.each([
		['[Pan left, Zoom inn]', "did you mean 'Zoom in'?"],
		['[Pan lefft, Zoom in]', "did you mean 'Pan left'?"],
		['[Pna left, Zoom in]', "did you mean 'Pan left'?"],
		['[Zoom in, pedstal dwn]', "did you mean 'Pedestal down'?"],
		['[Zoom in, tilt left]', "did you mean 'Pan left'?"],
		['[Zoom in, Pan]', "did you mean 'Pan left' or 'Pan right'?"],
		['[Zoom in, tracking]', "did you mean 'Tracking shot'?"],
		['[Zoom in, Pan left and tilt up]', "did you mean 'Pan left, Tilt up'?"],
		['[Zoom in, Pan left; Shake]', "did you mean 'Pan left, Shake'?"],
		['[上升,变焦推进]', "did you mean '变焦推近'?"],
		['[上升,旋转]', 'is no camera directive'],
	])('say what an unknown word may mean: %s', (prompt, end) => {
		expect(refusal(() => toEnglish(prompt)).message.endsWith(end)).toBe(true);
	});
});

describe('plain text', () => {
	it.each([
		'',
		'A red apple rotating on a table',
		'Pan left, then zoom in',
		'a ] b ］ c 】',
		'(Pan left) {Zoom in} <Shake>',
	])('is left alone without a word: %j', (prompt) => {
		for (const notation of notations) {
			expect(directCamera(prompt, [], notation)).toEqual({ prompt, hints: [] });
		}
	});

	it.each(['[sunset]', '[a, b, c, d, e]', '【日落】', '[]', '[ ， ]', '[上海]', '[1]'])(
		'in brackets is left alone with a hint: %s',
		(text) => {
			for (const notation of notations) {
				expect(directCamera(`Over ${text} the sun`, [], notation)).toEqual({
					prompt: `Over ${text} the sun`,
					hints: [`'${text}' in the prompt is no camera directive and is sent as plain text`],
				});
			}
		},
	);

	it.each([
		['[Pan lefft]', "'[Pan left]'"],
		['[pan  leftt]', "'[Pan left]'"],
		['[tilt left]', "'[Pan left]'"],
		['[Pan]', "'[Pan left]' or '[Pan right]'"],
		['[Pan left and zoom in]', "'[Pan left, Zoom in]'"],
		['[变焦推进]', "'[变焦推近]'"],
		['[变焦拉近]', "'[变焦推近]' or '[变焦拉远]'"],
	])('that is nearly a directive is left alone, with the likely one: %s', (text, meant) => {
		const { prompt, hints } = directCamera(text, [], 'english');
		expect(prompt).toBe(text);
		expect(hints).toHaveLength(1);
		expect(hints[0]).toMatch(/ is sent as plain text; did you mean /);
		expect(hints[0].endsWith(`did you mean ${meant}?`)).toBe(true);
	});

	it('gets one hint for the same bracket, and few for many', () => {
		expect(hintsOf('[sky] and [sky] and [sky]')).toHaveLength(1);
		expect(hintsOf('[spin and zoom in]')[0].endsWith('is sent as plain text')).toBe(true);
		expect(hintsOf('[a] [b] [c] [d] [e]').every((hint) => hint.includes('plain text'))).toBe(true);
		const many = Array.from({ length: 12 }, (_, index) => `[scene ${index}]`).join(' ');
		expect(hintsOf(many)).toHaveLength(6);
		expect(hintsOf(many)[5]).toBe('7 more brackets in the prompt deserve a look');
	});

	it('is cut short in a hint', () => {
		const hint = hintsOf(`[${'long text '.repeat(50)}]`)[0];
		expect(hint.length).toBeLessThan(150);
	});
});

describe('brackets that do not pair', () => {
	it.each([
		['[[Pan left]]', '[[左摇]]'],
		['[see [Pan left] here]', '[see [左摇] here]'],
		['[[[[Pan left', '[[[[Pan left'],
		[']]Pan left]]', ']]Pan left]]'],
		['][Pan left][', '][左摇]['],
		['[Pan left [Zoom in]', '[Pan left [变焦推近]'],
		['[Pan left】［Zoom in]', '[左摇][变焦推近]'],
	])('leave the innermost pair in force: %s', (prompt, sent) => {
		expect(toChinese(prompt)).toBe(sent);
	});

	it('get a hint when a directive was meant', () => {
		expect(hintsOf('She turns [Pan  left, then walks')).toEqual([
			"The bracket before 'Pan left' in the prompt is not closed, so it is sent as plain text; write '[Pan left]'",
		]);
		expect(hintsOf('【左摇 她转身')).toEqual([
			"The bracket before '左摇' in the prompt is not closed, so it is sent as plain text; write '[左摇]'",
		]);
		expect(hintsOf('[Pan left [Zoom in]')).toHaveLength(1);
		expect(hintsOf('[Zoom in 她转身')[0]).toContain("write '[Zoom in]'");
		expect(hintsOf('an open [ bracket')).toEqual([]);
	});
});

describe('the choice in the form', () => {
	const choose = (prompt: string, chosen: unknown, notation: CameraNotation = 'english') =>
		directCamera(prompt, chosen as CameraMovement[], notation);

	it('becomes one bracket at the end', () => {
		expect(choose('A girl turns.', ['panLeft', 'pedestalUp'])).toEqual({
			prompt: 'A girl turns. [Pan left, Pedestal up]',
			hints: [],
		});
		expect(choose('A girl turns.', ['panLeft', 'pedestalUp'], 'chinese').prompt).toBe(
			'A girl turns. [左摇,上升]',
		);
	});

	it('stands alone in an empty prompt, and adds no second blank', () => {
		expect(choose('', ['shake']).prompt).toBe('[Shake]');
		expect(choose('Go ', ['shake']).prompt).toBe('Go [Shake]');
		expect(choose('Go\n', ['shake']).prompt).toBe('Go\n[Shake]');
	});

	it('comes after the directives of the prompt, with a hint', () => {
		const { prompt, hints } = choose('[左摇] Go', ['shake']);
		expect(prompt).toBe('[Pan left] Go [Shake]');
		expect(hints).toEqual([
			"The prompt holds camera directives of its own; those of 'Camera Movements' come after them",
		]);
	});

	it.each([
		['Go', 'Go [Shake]'],
		['Go [日落]', 'Go [日落] [Shake]'],
		['Go [左摇]', 'Go [左摇] [晃动]'],
		['Go [Pan left]', 'Go [Pan left] [Shake]'],
		['[左摇] Go [Pan left]', '[左摇] Go [Pan left] [Shake]'],
	])('follows the notation of a prompt that is sent as written: %s', (prompt, sent) => {
		expect(choose(prompt, ['shake'], 'asWritten').prompt).toBe(sent);
	});

	it.each(ids)('may be %s', (id) => {
		const { chinese, english } = cameraMovements.find((movement) => movement.id === id)!;
		expect(choose('', [id], 'english').prompt).toBe(`[${english}]`);
		expect(choose('', [id], 'chinese').prompt).toBe(`[${chinese}]`);
	});

	it('may be three, counted without duplicates', () => {
		const three = ['shake', 'panLeft', 'shake', 'zoomIn', 'panLeft'];
		expect(choose('', three).prompt).toBe('[Shake, Pan left, Zoom in]');
		const error = refusal(() => choose('', [...three, 'tiltUp']));
		expect(error.parameter).toBe('Camera Movements');
		expect(error.message).toBe("'Camera Movements' holds 4 camera directives; 3 can run together");
	});

	it('may come from an expression as words or as one text', () => {
		expect(choose('', ['左摇', 'Zoom in']).prompt).toBe('[Pan left, Zoom in]');
		expect(choose('', 'panLeft, zoomIn').prompt).toBe('[Pan left, Zoom in]');
		expect(choose('Go', '').prompt).toBe('Go');
		expect(choose('Go', undefined).prompt).toBe('Go');
		expect(choose('Go', null).prompt).toBe('Go');
	});

	it.each([
		[['spin'], "holds 'spin', which is no camera directive"],
		[['panLefft'], "holds 'panLefft', which is no camera directive; did you mean 'Pan left'?"],
		['panLeft zoomIn spin', "holds 'panLeft zoomIn spin', which is no camera directive"],
		[[''], "holds '', which is no camera directive"],
		[[7], "holds '7', which is no camera directive"],
		[[null], "holds 'null', which is no camera directive"],
		[{ a: 1 }, "holds '[object Object]', which is no camera directive"],
		[['constructor'], "holds 'constructor', which is no camera directive"],
	])('refuses %j', (chosen, why) => {
		const error = refusal(() => choose('Go', chosen));
		expect(error.parameter).toBe('Camera Movements');
		expect(error.message).toBe(`'Camera Movements' ${why}`);
		expect(error.description).toContain('truckLeft, truckRight');
	});
});

describe('any prompt', () => {
	const words = cameraMovements.flatMap(({ chinese, english, alsoKnownAs }) => [
		chinese,
		english,
		english.toUpperCase(),
		...alsoKnownAs,
	]);
	const fragments = [
		...words,
		...['[', ']', '[', ']', '［', '］', '【', '】', ',', ', ', '，', '、', ' ', '  ', '\n'],
		...['sunset', 'pan', 'Pan lefft', '日落', '😀', '\ud800', 'a'.repeat(50)],
	];

	/** Undefined when refused; plain code, since `expect` is slow in long loops. */
	function attempt(prompt: string, notation: CameraNotation): string | undefined {
		try {
			return directCamera(prompt, [], notation).prompt;
		} catch (error) {
			if (!(error instanceof InputRefused)) expect(error).toBeUndefined();
			return undefined;
		}
	}

	it('keeps its plain text, stays the same when sent twice, and goes there and back', () => {
		const roll = random(15).below;
		const rows = { refused: 0, sent: 0, translated: 0 };
		for (let round = 0; round < 20_000; round++) {
			const some = (most: number) =>
				Array.from({ length: roll(most) }, () => fragments[roll(fragments.length)]);
			// Half soup, half brackets that hold one to five words.
			const parts = [some(8), some(4), some(4)].map((soup) =>
				roll(2) === 0 ? soup.join('') : `[${words[roll(words.length)]}, ${soup.join(',')}]`,
			);
			const prompt = parts.join('');
			const [chinese, english, asWritten] = notations.map((one) => attempt(prompt, one));
			if (english === undefined || chinese === undefined || asWritten === undefined) {
				// What one notation refuses, all refuse.
				if (english !== chinese || chinese !== asWritten) throw new Error(JSON.stringify(prompt));
				rows.refused++;
				continue;
			}
			const same =
				toEnglish(english) === english &&
				toChinese(chinese) === chinese &&
				toChinese(english) === chinese &&
				toEnglish(chinese) === english &&
				asWritten === prompt;
			if (!same) throw new Error(JSON.stringify({ prompt, english, chinese }));
			rows.sent++;
			if (english !== chinese) rows.translated++;
		}
		expect(rows.refused).toBeGreaterThan(500);
		expect(rows.translated).toBeGreaterThan(1_000);
	});

	it.each([...ids])('takes %s together with every other two, there and back', (first) => {
		for (const second of ids) {
			for (const third of ids) {
				const chosen = [...new Set([first, second, third])];
				const { prompt } = directCamera('Go', chosen, 'english');
				const chinese = directCamera('Go', chosen, 'chinese').prompt;
				expect(toChinese(prompt) === chinese && toEnglish(chinese) === prompt).toBe(true);
			}
		}
	});

	it.each([
		['opening brackets', '['],
		['closing brackets', ']'],
		['empty brackets', '[]'],
		['open directives', '[Pan left '],
		['directives', '[Pan left]'],
		['aliases', '[Dolly in]'],
		['near misses', '[Pan lefft]'],
		['commas', ','],
		['blanks', ' '],
		['plain text', 'a girl walks '],
	])('of 200,000 characters of %s comes to an end', (_, text) => {
		const prompt = text.repeat(Math.ceil(200_000 / text.length));
		for (const long of [prompt, `[${prompt}]`, `[${prompt}`]) {
			// some 0.3 seconds at worst; anything quadratic takes minutes
			for (const notation of notations)
				expect(directCamera(long, ['shake'], notation).prompt).toBeDefined();
		}
	});

	it('of many different brackets comes to an end', () => {
		const prompt = Array.from({ length: 50_000 }, (_, index) => `[pan lef ${index}]`).join('');
		const { hints } = directCamera(prompt, [], 'english');
		expect(hints).toHaveLength(6);
	});
});
