// Collects the XHTML `div` of a narrative while an XML document is read.
import type { SaxesTagNS } from 'saxes';
import { xhtmlNamespace } from './xhtml.ts';
import { escapeAttribute, escapeContent } from './xml-text.ts';

/**
 * Keeps the div as it was written where it declares its own namespace; where it leans on prefixes or declarations
 * outside it, rebuilds it so that it stands alone.
 */
export class NarrativeReader {
  readonly #text: string;
  readonly #start: number;
  readonly #maxDepth: number;
  #depth = 0;
  #standsAlone = true;
  #rebuilt = '';

  /** `position`: just after the start tag of the div; a start tag holds no second `<`. */
  constructor(text: string, position: number, maxDepth: number) {
    this.#text = text;
    this.#start = text.lastIndexOf('<', position - 1);
    this.#maxDepth = maxDepth;
  }

  /** Takes a start tag; answers why it is refused, or undefined. */
  open(tag: SaxesTagNS): string | undefined {
    if (tag.uri !== xhtmlNamespace) return 'wrong namespace';
    if (this.#depth >= this.#maxDepth) return 'nested too deeply';
    const isRoot = this.#depth === 0;
    this.#depth += 1;
    if (tag.prefix !== '' || (isRoot && tag.attributes.xmlns === undefined)) this.#standsAlone = false;
    this.#rebuilt += `<${tag.local}${isRoot ? ` xmlns="${xhtmlNamespace}"` : ''}`;
    for (const { prefix, name, value } of Object.values(tag.attributes)) {
      if (prefix === 'xmlns' || name === 'xmlns') continue;
      if (prefix !== '' && prefix !== 'xml') return 'unknown attribute';
      this.#rebuilt += ` ${name}="${escapeAttribute(value)}"`;
    }
    this.#rebuilt += tag.isSelfClosing ? '/>' : '>';
    return undefined;
  }

  text(content: string): void {
    this.#rebuilt += escapeContent(content);
  }

  /** Takes an end tag; answers whether it was that of the div itself. */
  close(tag: SaxesTagNS): boolean {
    if (!tag.isSelfClosing) this.#rebuilt += `</${tag.local}>`;
    this.#depth -= 1;
    return this.#depth === 0;
  }

  /** The text of the div; `position`: just after its end tag. */
  finish(position: number): string {
    if (!this.#standsAlone) return this.#rebuilt;
    return this.#text.slice(this.#start, position).replace(/\r\n?/g, '\n');
  }
}
