// Text of a message made safe to show: mark-up is taken out, nothing else is changed. spec: messaging TX-05

const tag = /<\/?[a-z!][^>]*>|<!--/i;
const entity = /&(?:lt|gt|#x?[0-9a-f]+|nbsp);|javascript:/i;

/** Whether a text holds tags, entities or a script address. */
export function hasMarkup(text: string): boolean {
  return tag.test(text) || entity.test(text);
}

/** The text for display: tags, comments and the contents of script and style go; the stored text stays as received. */
export function withoutMarkup(text: string): string {
  return text
    .replace(/<(script|style)\b[\s\S]*?(?:<\/\1\s*>|$)/gi, '')
    .replace(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replace(/<\/?[a-z!][^>]*(?:>|$)/gi, '')
    .replace(/javascript:/gi, '');
}
