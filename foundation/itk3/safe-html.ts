// HTML from outside made safe to show: an allow-list of elements and attributes, everything else dropped or escaped.
// spec: messaging §5.2 (HTML must be made safe before showing), §10.8 TX-05

const allowed = new Set(
  (
    'abbr b blockquote br caption code col colgroup dd del dfn div dl dt em h1 h2 h3 h4 h5 h6 hr i ins li ol p ' +
    'pre q s samp small span strong sub sup table tbody td tfoot th thead tr u ul'
  ).split(' '),
);
/** Dropped together with all they hold. */
const swallowed = new Set(
  (
    'script style iframe object embed applet noscript noembed noframes template svg math head title textarea ' +
    'select option button form input xmp plaintext frameset audio video canvas'
  ).split(' '),
);
const voids = new Set(['br', 'hr', 'col']);
const cellAttributes = new Set(['colspan', 'rowspan', 'scope']);
const mostOpen = 256;
const longestAttributes = 500;

const escapeText = (text: string): string =>
  text.replace(/[<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

/** Keeps references to characters, escapes every other ampersand. */
const escapeAmpersands = (text: string): string =>
  text.replace(/&(?!(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});)/gi, '&amp;');

function attributesOf(source: string): string {
  if (source.length > longestAttributes) return '';
  let kept = '';
  for (const [, name, double, single, bare] of source.matchAll(
    /([a-z]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))/gi,
  )) {
    const value = double ?? single ?? bare ?? '';
    const lower = name!.toLowerCase();
    if (!cellAttributes.has(lower) || !/^[a-z0-9]{1,10}$/i.test(value)) continue;
    kept += ` ${lower}="${value}"`;
  }
  return kept;
}

const tag =
  /<!--[\s\S]*?(?:-->|$)|<!\[CDATA\[[\s\S]*?(?:\]\]>|$)|<[!?][^>]*>?|<(\/?)([a-z][a-z0-9:-]*)((?:"[^"]*"|'[^']*'|[^"'<>])*)>/gi;

/**
 * A fragment of HTML with nothing active in it: only elements of text and tables, no links, no styles, no scripts,
 * no pictures; always well nested. What was text stays text.
 */
export function safeHtml(html: string): string {
  let out = '';
  let at = 0;
  let hiddenBy: string | undefined;
  let hiddenDepth = 0;
  const open: string[] = [];
  const text = (part: string): void => {
    if (hiddenBy === undefined) out += escapeText(escapeAmpersands(part));
  };
  for (const match of html.matchAll(tag)) {
    text(html.slice(at, match.index));
    at = match.index + match[0].length;
    const [, slash, rawName, rest] = match;
    if (rawName === undefined) continue; // comment, declaration, processing instruction
    const name = rawName.toLowerCase();
    const closing = slash === '/';
    if (hiddenBy !== undefined) {
      if (name === hiddenBy) hiddenDepth += closing ? -1 : 1;
      if (hiddenDepth === 0) hiddenBy = undefined;
      continue;
    }
    if (swallowed.has(name)) {
      const hasContent = !closing && name !== 'input' && name !== 'embed' && !rest!.trimEnd().endsWith('/');
      if (hasContent) [hiddenBy, hiddenDepth] = [name, 1];
      continue;
    }
    if (!allowed.has(name)) continue;
    if (voids.has(name)) {
      if (!closing) out += `<${name}${attributesOf(rest!)}>`;
    } else if (!closing) {
      if (open.length >= mostOpen) continue;
      open.push(name);
      out += `<${name}${attributesOf(rest!)}>`;
    } else if (open.includes(name)) {
      for (let last = open.pop(); last !== undefined; last = open.pop()) {
        out += `</${last}>`;
        if (last === name) break;
      }
    }
  }
  text(html.slice(at));
  return (
    out +
    open
      .reverse()
      .map((name) => `</${name}>`)
      .join('')
  );
}

/** The text of a fragment of HTML, for places that show text only. */
export function htmlToText(html: string): string {
  return safeHtml(html)
    .replace(/<(?:br|hr|\/p|\/div|\/tr|\/li|\/h[1-6])>/g, '\n')
    .replace(/<\/t[dh]>/g, '\t')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Math.min(Number(code), 0x10ffff)))
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .trim();
}
