// Whether two forenames may be of one person. spec: messaging ID-03

const plain = (name: string): string =>
  name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z]/g, '');

/** Jaro–Winkler likeness, 0 to 1. */
export function likeness(a: string, b: string): number {
  if (a === b) return 1;
  if (a === '' || b === '') return 0;
  const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
  const takenB = new Array<boolean>(b.length).fill(false);
  const matchedA: string[] = [];
  for (let i = 0; i < a.length; i += 1) {
    for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j += 1) {
      if (takenB[j] || a[i] !== b[j]) continue;
      takenB[j] = true;
      matchedA.push(a[i]!);
      break;
    }
  }
  const matches = matchedA.length;
  if (matches === 0) return 0;
  const matchedB = [...b].filter((_, at) => takenB[at]);
  const swaps = matchedA.filter((letter, at) => letter !== matchedB[at]).length / 2;
  const jaro = (matches / a.length + matches / b.length + (matches - swaps) / matches) / 3;
  let prefix = 0;
  while (prefix < 4 && a[prefix] !== undefined && a[prefix] === b[prefix]) prefix += 1;
  return jaro + prefix * 0.1 * (1 - jaro);
}

/**
 * The best likeness between any two forenames. A name that begins with the other (an initial, a short form) and two
 * names of one short-form group are 1.
 */
export function forenameLikeness(
  a: readonly string[],
  b: readonly string[],
  shortForms: readonly (readonly string[])[],
): number {
  const split = (names: readonly string[]): string[] =>
    names
      .flatMap((name) => name.split(/[\s-]+/))
      .map(plain)
      .filter((name) => name !== '');
  let best = 0;
  for (const one of split(a)) {
    for (const other of split(b)) {
      const isShort = one.startsWith(other) || other.startsWith(one);
      const isGroup = shortForms.some((group) => group.includes(one) && group.includes(other));
      best = Math.max(best, isShort || isGroup ? 1 : likeness(one, other));
    }
  }
  return best;
}
