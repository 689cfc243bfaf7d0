// Markup by an escaping template: everything put into it is escaped unless it is markup itself.
// Design: stack.md, page cost (macros are for layout and forms, this is for tables and lists)

/** Markup that needs no more escaping. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  toString(): string {
    return this.text;
  }
}

export type Value = string | number | Markup | null | undefined | false | readonly Value[];

/**
 * Escapes every value put into it, except markup. Null, undefined and false leave nothing; lists are joined.
 *
 * @example
 * html`<ul>${names.map((name) => html`<li>${name}</li>`)}</ul>`
 */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let text = parts[0]!;
  for (let at = 0; at < values.length; at++) text += markupOf(values[at]) + parts[at + 1]!;
  return new Markup(text);
}

/** Text that is markup already, made by a library we trust; never anything that came over the wire. */
export const trusted = (text: string): Markup => new Markup(text);

export const nothing = new Markup('');

function markupOf(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (value === null || value === undefined || value === false) return '';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return escapeText(value);
  let text = '';
  for (const each of value) text += markupOf(each);
  return text;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escapeText(text: string): string {
  return /[&<>"']/.test(text) ? text.replace(/[&<>"']/g, (character) => ESCAPES[character]!) : text;
}
