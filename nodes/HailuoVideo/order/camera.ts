/**
 * The camera directives of the Director models, Hailuo 02 and 2.3: bracketed words in the prompt.
 * Pure.
 *
 * Source of the words and rules: providers.md 1.6 (seeds 000, 001 and 003, MiniMax's own pages).
 * The directives of one bracket run together, at most 3 of them; brackets run one after the other in
 * text order.
 */
import { InputRefused } from '../../shared/errors';

export type CameraMovement =
	| 'truckLeft'
	| 'truckRight'
	| 'panLeft'
	| 'panRight'
	| 'pushIn'
	| 'pullOut'
	| 'pedestalUp'
	| 'pedestalDown'
	| 'tiltUp'
	| 'tiltDown'
	| 'zoomIn'
	| 'zoomOut'
	| 'shake'
	| 'trackingShot'
	| 'staticShot';

/** How directives are written for a gateway; `asWritten` checks the prompt, and leaves it alone. */
export type CameraNotation = 'chinese' | 'english' | 'asWritten';

/**
 * The 15 directives in their official words, in the order of the documentation.
 *
 * `alsoKnownAs` is read but never written: gpt.ge's English words (seed 001), what other pages say
 * for a directive, "Push out" of one official example (a slip for "Pull out"), and the traditional
 * characters.
 * "Tilt left", met for 左摇 (pan left), is left out: it may as well mean a roll of the camera.
 */
export const cameraMovements: ReadonlyArray<{
	id: CameraMovement;
	chinese: string;
	english: string;
	alsoKnownAs: string[];
}> = [
	{ id: 'truckLeft', chinese: '左移', english: 'Truck left', alsoKnownAs: ['Move left'] },
	{ id: 'truckRight', chinese: '右移', english: 'Truck right', alsoKnownAs: ['Move right'] },
	{ id: 'panLeft', chinese: '左摇', english: 'Pan left', alsoKnownAs: ['左搖'] },
	{ id: 'panRight', chinese: '右摇', english: 'Pan right', alsoKnownAs: ['右搖'] },
	{ id: 'pushIn', chinese: '推进', english: 'Push in', alsoKnownAs: ['Dolly in', '推進'] },
	{
		id: 'pullOut',
		chinese: '拉远',
		english: 'Pull out',
		alsoKnownAs: ['Dolly out', 'Push out', '拉遠'],
	},
	{ id: 'pedestalUp', chinese: '上升', english: 'Pedestal up', alsoKnownAs: ['Rise'] },
	{ id: 'pedestalDown', chinese: '下降', english: 'Pedestal down', alsoKnownAs: ['Fall'] },
	{ id: 'tiltUp', chinese: '上摇', english: 'Tilt up', alsoKnownAs: ['上搖'] },
	{ id: 'tiltDown', chinese: '下摇', english: 'Tilt down', alsoKnownAs: ['下搖'] },
	{ id: 'zoomIn', chinese: '变焦推近', english: 'Zoom in', alsoKnownAs: ['變焦推近'] },
	{ id: 'zoomOut', chinese: '变焦拉远', english: 'Zoom out', alsoKnownAs: ['變焦拉遠'] },
	{ id: 'shake', chinese: '晃动', english: 'Shake', alsoKnownAs: ['晃動'] },
	{
		id: 'trackingShot',
		chinese: '跟随',
		english: 'Tracking shot',
		alsoKnownAs: ['Follow', '跟隨'],
	},
	{ id: 'staticShot', chinese: '固定', english: 'Static shot', alsoKnownAs: ['Static'] },
];

type Movement = (typeof cameraMovements)[number];
type Script = 'chinese' | 'english';

/** Directives that can run together (providers.md 1.6), and so the most that the form takes. */
const perBracket = 3;
const promptParameter = 'Prompt';
const choiceParameter = 'Camera Movements';

/** No directive and no near miss of one is longer; longer entries get no closer look. */
const longestWord = 40;
/** So many brackets get a hint of their own; the others are counted. */
const hintedBrackets = 5;

/** One key for all spellings: 'Pan  Left', 'pan-left', 'panLeft', full-width letters, '左 摇'. */
function keyOf(word: string): string {
	return word
		.normalize('NFKC')
		.toLowerCase()
		.replace(/[\s_-]+/g, '');
}

const movementsByKey = new Map<string, Movement>();
for (const movement of cameraMovements) {
	for (const word of [movement.chinese, movement.english, ...movement.alsoKnownAs]) {
		movementsByKey.set(keyOf(word), movement);
	}
}

/** Words that are too ambiguous to translate, and what they most likely mean. */
const likelyMeanings = new Map<string, CameraMovement>([
	['tiltleft', 'panLeft'],
	['tiltright', 'panRight'],
]);

function movementOf(word: string): Movement | undefined {
	return word.length > longestWord ? undefined : movementsByKey.get(keyOf(word));
}

function scriptOf(text: string): Script {
	return /\p{Script=Han}/u.test(text) ? 'chinese' : 'english';
}

/** `[左摇,上升]` and `[Pan left, Pedestal up]`: the forms of seeds 000 and 003. */
function bracketOf(movements: readonly Movement[], script: Script): string {
	const words = movements.map((movement) => movement[script]);
	return `[${words.join(script === 'chinese' ? ',' : ', ')}]`;
}

function excerpt(text: string): string {
	const line = text.length > 60 ? `${text.slice(0, 57)}...` : text;
	return line.replace(/\s+/g, ' ');
}

/** Steps from one word to the other: insert, drop or replace a letter, or swap two neighbours. */
function distance(one: string, other: string): number {
	const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, index) => index)];
	for (let i = 1; i <= one.length; i++) {
		const row = [i];
		for (let j = 1; j <= other.length; j++) {
			const same = one[i - 1] === other[j - 1];
			let steps = Math.min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (same ? 0 : 1));
			if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) {
				steps = Math.min(steps, rows[i - 2][j - 2] + 1);
			}
			row.push(steps);
		}
		rows.push(row);
	}
	return rows[one.length][other.length];
}

/** What an unknown word was probably meant to be, in its own script; empty when nothing is near. */
function meantBy(word: string): string[] {
	if (word.length > longestWord) return [];
	const script = scriptOf(word);
	const key = keyOf(word);

	const likely = cameraMovements.find(({ id }) => id === likelyMeanings.get(key));
	if (likely !== undefined) return [likely[script]];
	// 'Pan left and zoom in', 'Pan left; Zoom in': the right words, not separated by a comma.
	const parts = word.split(/\s+(?:and|then)\s+|[;；+/|&和]/i).map(movementOf);
	if (parts.length > 1 && parts.every((part) => part !== undefined)) {
		return [parts.map((part) => part[script]).join(', ')];
	}
	// 'Pan': a direction is missing.
	const directed = cameraMovements.filter(
		({ english }) => keyOf(english.split(' ')[0]) === key && english.includes(' '),
	);
	if (directed.length > 0) return directed.map((movement) => movement[script]);

	// In a word of two or three characters, one other character makes another word: 上海, 上升.
	let best = key.length >= 8 ? 2 : key.length >= 4 ? 1 : 0;
	let found: string[] = [];
	for (const [known, movement] of movementsByKey) {
		if (Math.abs(known.length - key.length) > best) continue;
		const steps = distance(key, known);
		if (steps === 0 || steps > best) continue;
		if (steps < best) found = [];
		best = steps;
		if (!found.includes(movement[script])) found.push(movement[script]);
	}
	return found;
}

function didYouMean(words: string[], wrap: (word: string) => string): string {
	return words.length === 0 ? '' : `; did you mean ${words.map(wrap).join(' or ')}?`;
}

function allWords(script: Script): string {
	return cameraMovements
		.map((movement) => movement[script])
		.join(script === 'chinese' ? '、' : ', ');
}

interface Bracket {
	/** With its brackets, as written. */
	text: string;
	entries: string[];
	movements: Movement[];
}

/** Takes a bracket for directives when one of its entries is a known one; then all have to be. */
function readBracket(text: string): Bracket | undefined {
	const entries = text
		.slice(1, -1)
		.split(/[,，、]/)
		.map((entry) => entry.trim())
		.filter((entry) => entry !== '');
	const found = entries.map(movementOf);
	if (found.every((movement) => movement === undefined)) return undefined;

	const script = scriptOf(text);
	const unknown = found.indexOf(undefined);
	if (unknown >= 0) {
		const word = excerpt(entries[unknown]);
		const meant = didYouMean(meantBy(entries[unknown]), (one) => `'${one}'`);
		throw new InputRefused(
			promptParameter,
			`'${promptParameter}' holds '${word}' in '${excerpt(text)}', which is no camera directive${meant}`,
			`A bracket with a camera directive can hold only these: ${allWords(script)}. Correct '${word}', or move it out of the bracket.`,
		);
	}
	const movements = found.filter((movement) => movement !== undefined);
	if (movements.length > perBracket) {
		const [first, second] = [0, perBracket].map((from) =>
			bracketOf(movements.slice(from, from + perBracket), script),
		);
		throw new InputRefused(
			promptParameter,
			`'${promptParameter}' holds ${movements.length} camera directives in '${excerpt(text)}'; a bracket can hold ${perBracket}`,
			`Those of one bracket run together. Spread them over several brackets, which run one after the other: '${first} ${second}'.`,
		);
	}
	return { text, entries, movements };
}

/** The prompt in one pass: at odd places every innermost pair of brackets, else the text around. */
function piecesOf(prompt: string): { pieces: string[]; unclosed: number[] } {
	const pieces: string[] = [];
	const unclosed: number[] = [];
	const marks = /[[\]［］【】]/g;
	let done = 0;
	let open = -1;
	for (let mark = marks.exec(prompt); mark !== null; mark = marks.exec(prompt)) {
		if ('[［【'.includes(mark[0])) {
			if (open >= 0) unclosed.push(open);
			open = mark.index;
		} else if (open >= 0) {
			pieces.push(prompt.slice(done, open), prompt.slice(open, mark.index + 1));
			done = mark.index + 1;
			open = -1;
		}
	}
	if (open >= 0) unclosed.push(open);
	pieces.push(prompt.slice(done));
	return { pieces, unclosed };
}

/** What is worth saying about a bracket that is sent; undefined when it says what it means. */
function noteOn(
	{ text, entries, movements }: Bracket,
	notation: CameraNotation,
): string | undefined {
	const reworded = entries.some((entry, index) => {
		const { chinese, english } = movements[index];
		return keyOf(entry) !== keyOf(chinese) && keyOf(entry) !== keyOf(english);
	});
	if (notation === 'asWritten') {
		if (reworded || /[［］【】，、]/.test(text)) {
			return `'${excerpt(text)}' in the prompt is sent as written; the documented form is '${bracketOf(movements, scriptOf(text))}'`;
		}
	} else if (reworded) {
		return `'${excerpt(text)}' in the prompt is read as camera directive '${bracketOf(movements, notation)}'`;
	}
	if (new Set(movements).size < movements.length) {
		return `'${excerpt(text)}' in the prompt names the same camera directive more than once`;
	}
	return undefined;
}

function noteOnPlain(text: string): string {
	const whole = `'${excerpt(text)}' in the prompt is no camera directive and is sent as plain text`;
	const entries = text.slice(1, -1).split(/[,，、]/);
	const meant = entries.slice(0, perBracket).flatMap((entry) => meantBy(entry.trim()));
	return whole + didYouMean([...new Set(meant)], (word) => `'[${word}]'`);
}

/** A directive whose bracket is never closed: `[Pan left, the girl turns`. */
function noteOnUnclosed(rest: string): string | undefined {
	const start = rest.slice(1, longestWord).trimStart().replace(/\s+/g, ' ').toLowerCase();
	const word = cameraMovements
		.flatMap(({ chinese, english }) => [chinese, english])
		.find((known) => start.startsWith(known.toLowerCase()));
	if (word === undefined) return undefined;
	return `The bracket before '${word}' in the prompt is not closed, so it is sent as plain text; write '[${word}]'`;
}

/** The form's choice. Expressions may give words of either notation, or a text with commas. */
function choiceOf(given: unknown): Movement[] {
	const list: unknown[] = Array.isArray(given)
		? given
		: String(given ?? '')
				.split(/[,，、]/)
				.filter((word) => word.trim() !== '');
	const movements = new Set<Movement>();
	for (const item of list) {
		const word = String(item);
		const movement = movementOf(word);
		if (movement === undefined) {
			throw new InputRefused(
				choiceParameter,
				`'${choiceParameter}' holds '${excerpt(word)}', which is no camera directive${didYouMean(meantBy(word), (one) => `'${one}'`)}`,
				`Choose from the list, or give up to ${perBracket} of these: ${cameraMovements.map(({ id }) => id).join(', ')}.`,
			);
		}
		movements.add(movement);
	}
	if (movements.size > perBracket) {
		throw new InputRefused(
			choiceParameter,
			`'${choiceParameter}' holds ${movements.size} camera directives; ${perBracket} can run together`,
			`Choose up to ${perBracket}. For movements one after the other, write brackets into the prompt: '[Pan left] [Zoom in]'.`,
		);
	}
	return [...movements];
}

/**
 * Brings the camera directives of a prompt into a gateway's notation and adds those chosen in the
 * form.
 *
 * A bracket with a known directive, in either notation, has to hold directives only, and is rewritten
 * unless the notation is `asWritten`. Any other bracket is plain text and stays as it is, with a hint.
 * The chosen directives become one bracket at the end; with `asWritten` in English, unless the
 * prompt's own are Chinese.
 *
 * For models that know directives only (providers.md 1.4): for others every bracket is plain text.
 *
 * @param prompt any text; its length is not judged here: directives count, so judge the result
 * @param chosen the choice in the form; duplicates are dropped
 * @param notation how the gateway documents directives, or the user's choice
 * @returns the text to send, and hints for the user: sentences without a full stop
 * @throws InputRefused for an unknown word beside a directive or in the choice, and for more than 3
 * directives in one bracket
 */
export function directCamera(
	prompt: string,
	chosen: readonly string[],
	notation: CameraNotation,
): { prompt: string; hints: string[] } {
	const choice = choiceOf(chosen);
	const { pieces, unclosed } = piecesOf(prompt);
	const brackets: Bracket[] = [];
	// By the bracket's text, and put into words only when shown: a prompt can hold a million brackets.
	const notes = new Map<string, () => string | undefined>();

	for (let index = 1; index < pieces.length; index += 2) {
		const text = pieces[index];
		const bracket = readBracket(text);
		if (bracket === undefined) {
			notes.set(text, () => noteOnPlain(text));
			continue;
		}
		brackets.push(bracket);
		const note = noteOn(bracket, notation);
		if (note !== undefined) notes.set(text, () => note);
		if (notation !== 'asWritten') pieces[index] = bracketOf(bracket.movements, notation);
	}
	const hints = [...notes.values()].slice(0, hintedBrackets).map((note) => note());
	if (notes.size > hintedBrackets) {
		hints.push(`${notes.size - hintedBrackets} more brackets in the prompt deserve a look`);
	}
	hints.push(
		...unclosed
			.slice(0, hintedBrackets)
			.map((at) => noteOnUnclosed(prompt.slice(at, at + 2 * longestWord))),
	);

	let directed = pieces.join('');
	if (choice.length > 0) {
		const writtenIn = brackets.map(({ text }) => scriptOf(text));
		const script =
			notation !== 'asWritten'
				? notation
				: writtenIn.length > 0 && !writtenIn.includes('english')
					? 'chinese'
					: 'english';
		const gap = directed === '' || directed.trimEnd() !== directed ? '' : ' ';
		directed += gap + bracketOf(choice, script);
		if (brackets.length > 0) {
			hints.push(
				`The prompt holds camera directives of its own; those of '${choiceParameter}' come after them`,
			);
		}
	}
	return { prompt: directed, hints: hints.filter((hint) => hint !== undefined) };
}
