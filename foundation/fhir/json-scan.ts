// One quick pass over JSON text before it is parsed: depth, number of members, and whether any number or escape
// needs care. It does not check the grammar: JSON.parse does, afterwards.
import { jsonNumber } from './decimals.ts';
import { safeName } from './syntax-error.ts';

export type DocumentCost = {
  depth: number;
  /** Name-value pairs written in the text; more than the parsed value holds means a name stood twice. */
  members: number;
  /** Where numbers stand that would not be written back as they are: start, end, start, end, … */
  exactNumbers: number[];
  /** Some string escape may stand for a control character or half a surrogate pair. */
  escapes: boolean;
};

const QUOTE = 0x22;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const BACKSLASH = 0x5c;
const numberAt = /-?\d[\d.eE+-]*/y;

/** The index of the quote that closes the string opened at `start`, or the length of the text. */
function stringEnd(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function literalAt(text: string, start: number): string {
  numberAt.lastIndex = start;
  return numberAt.exec(text)?.[0] ?? '';
}

/** Measures a JSON text; stops counting as soon as it is nested deeper than `maxDepth`. */
export function scanJson(text: string, maxDepth: number): DocumentCost {
  const cost: DocumentCost = { depth: 0, members: 0, exactNumbers: [], escapes: hasTellingEscape(text) };
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === COLON) cost.members += 1;
    else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      depth += 1;
      if (depth > cost.depth) cost.depth = depth;
      if (depth > maxDepth) return cost;
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth -= 1;
    else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      const literal = literalAt(text, at);
      if (String(Number(literal)) !== literal && jsonNumber.test(literal)) {
        cost.exactNumbers.push(at, at + literal.length);
      }
      at += Math.max(literal.length - 1, 0);
    }
  }
  return cost;
}

function hasTellingEscape(text: string): boolean {
  return text.includes('\\') && /\\(?:u00[01]|u[dD]|u[fF]{3}|b|f)/.test(text);
}

type Level = { names: Set<string> | undefined; name: string; index: number };

/** Where the first repeated name stands, as an element path: used only once a repetition is known to exist. */
export function duplicateKeyPath(text: string): string {
  const levels: Level[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    const level = levels.at(-1);
    if (char === '{') levels.push({ names: new Set(), name: '', index: 0 });
    else if (char === '[') levels.push({ names: undefined, name: '', index: 0 });
    else if (char === '}' || char === ']') levels.pop();
    else if (char === ',' && level !== undefined) level.index += 1;
    else if (char === '"') {
      const end = stringEnd(text, at);
      const isName = level?.names !== undefined && /^\s*:/.test(text.slice(end + 1, end + 64));
      if (isName && level?.names !== undefined) {
        level.name = JSON.parse(text.slice(at, end + 1)) as string;
        if (level.names.has(level.name)) return pathOf(levels);
        level.names.add(level.name);
      }
      at = end;
    }
  }
  return '';
}

function pathOf(levels: readonly Level[]): string {
  return levels
    .map((level) => (level.names === undefined ? `[${level.index}]` : `.${safeName(level.name)}`))
    .join('')
    .slice(1);
}
