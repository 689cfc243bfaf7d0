// Takes the content out of a Binary as its text streams by, so that a document of any size passes with little memory.
// What remains is a small document of its own with a stand-in for the content. spec: access-document §5

export interface ContentSplitter {
  /** The document without its content, so far. */
  readonly frame: string;
  /** Takes the next piece of text and yields the base64 found in it. */
  push(piece: string): Generator<string>;
}

const STAND_IN = 'AAAA';
const blank = /[\s\\]/;

/** Base64 with its line breaks and JSON escapes (`\/`, `\n`) taken out. */
function compact(base64: string): string {
  if (!blank.test(base64)) return base64;
  return base64.replace(/\\[nrt]|\\(?=\/)|\s+/g, '');
}

/** The `content` member of the top object of a JSON text. */
export class JsonContent implements ContentSplitter {
  frame = '';
  #depth = 0;
  #key = '';
  #afterColon = false;
  #state: 'outside' | 'string' | 'content' = 'outside';
  #string = '';
  #escaped = false;
  #held = '';

  *push(piece: string): Generator<string> {
    let at = 0;
    while (at < piece.length) {
      if (this.#state === 'content') {
        const end = piece.indexOf('"', at);
        const text = this.#held + (end === -1 ? piece.slice(at) : piece.slice(at, end));
        // An escape may be cut in two by the end of the piece.
        const cut = end === -1 && text.endsWith('\\') ? text.length - 1 : text.length;
        this.#held = text.slice(cut);
        if (cut > 0) yield compact(text.slice(0, cut));
        if (end === -1) return;
        this.frame += `${STAND_IN}"`;
        this.#state = 'outside';
        at = end + 1;
        continue;
      }
      at = this.#step(piece, at);
    }
  }

  #step(piece: string, at: number): number {
    const character = piece[at]!;
    this.frame += character;
    if (this.#state === 'string') {
      if (this.#escaped) this.#escaped = false;
      else if (character === '\\') this.#escaped = true;
      else if (character === '"') {
        this.#state = 'outside';
        if (!this.#afterColon && this.#depth === 1) this.#key = this.#string;
        return at + 1;
      }
      this.#string += character;
    } else if (character === '"') {
      const isContent = this.#depth === 1 && this.#afterColon && this.#key === 'content';
      this.#state = isContent ? 'content' : 'string';
      this.#string = '';
    } else if (character === '{' || character === '[') this.#depth++;
    else if (character === '}' || character === ']') this.#depth--;
    if (this.#state === 'outside') {
      if (character === ':') this.#afterColon = true;
      else if (character === ',' || character === '{') this.#afterColon = false;
    }
    return at + 1;
  }
}

/** The `value` of the `content` element of an XML text. */
export class XmlContent implements ContentSplitter {
  frame = '';
  #quote: string | undefined;
  #done = false;

  *push(piece: string): Generator<string> {
    if (this.#done) {
      this.frame += piece;
      return;
    }
    let text = piece;
    if (this.#quote === undefined) {
      const before = this.frame + piece;
      const start = /<(?:[\w.-]+:)?content\b[^>"']*\bvalue\s*=\s*(["'])/.exec(before);
      if (start === null) {
        this.frame = before;
        return;
      }
      const begin = start.index + start[0].length;
      this.#quote = start[1]!;
      this.frame = before.slice(0, begin);
      text = before.slice(begin);
    }
    const end = text.indexOf(this.#quote);
    const content = (end === -1 ? text : text.slice(0, end)).replace(/\s+/g, '');
    if (content !== '') yield content;
    if (end === -1) return;
    this.frame += STAND_IN + text.slice(end);
    this.#done = true;
  }
}
