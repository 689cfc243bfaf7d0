// Characters that XML needs escaped.

const inAttribute: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A text as an attribute value between double quotes; line ends and tabs survive a round trip. */
export function escapeAttribute(text: string): string {
  return /[&<>"\t\n\r]/.test(text) ? text.replace(/[&<>"\t\n\r]/g, (char) => inAttribute[char]!) : text;
}

/** A text as element content. */
export function escapeContent(text: string): string {
  return text.replace(/[&<>\r]/g, (char) => inAttribute[char]!);
}
