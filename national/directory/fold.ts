// How PDS compares names and postcodes: without case, accents and punctuation, and by sound. spec: foundations §17.4

/** `O’Brien-Müller` → `obrienmuller`; a wildcard star stays. */
export function foldName(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('æ', 'ae')
    .replaceAll('œ', 'oe')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .replace(/[^\p{L}\p{N}*]/gu, '');
}

/** `LS1 6AE` → `ls16ae`; a wildcard star stays. */
export function foldPostcode(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9*]/g, '');
}

/** Whether a folded value fits a folded pattern with `*` for any run of characters. */
export function fitsPattern(value: string, pattern: string): boolean {
  if (!pattern.includes('*')) return value === pattern;
  const parts = pattern.split('*');
  let from = parts[0]!.length;
  if (!value.startsWith(parts[0]!)) return false;
  const last = parts.at(-1)!;
  for (const part of parts.slice(1, -1)) {
    const found = value.indexOf(part, from);
    if (found < 0) return false;
    from = found + part.length;
  }
  return value.length - last.length >= from && value.endsWith(last);
}

const digitOf: Readonly<Record<string, string>> = {
  b: '1',
  f: '1',
  p: '1',
  v: '1',
  c: '2',
  g: '2',
  j: '2',
  k: '2',
  q: '2',
  s: '2',
  x: '2',
  z: '2',
  d: '3',
  t: '3',
  l: '4',
  m: '5',
  n: '5',
  r: '6',
}; // prettier-ignore

/** American Soundex of a folded name (`robert` and `rupert` → `r163`); empty for none. */
export function soundOf(folded: string): string {
  const letters = folded.replace(/[^a-z]/g, '');
  if (!letters) return '';
  let code = letters[0]!;
  let previous = digitOf[letters[0]!] ?? '';
  for (const letter of letters.slice(1)) {
    const digit = digitOf[letter] ?? '';
    if (digit && digit !== previous) code += digit;
    if (letter !== 'h' && letter !== 'w') previous = digit;
    if (code.length === 4) break;
  }
  return code.padEnd(4, '0');
}
