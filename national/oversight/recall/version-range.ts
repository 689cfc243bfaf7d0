// Ranges of versions such as `>=3.1.0 <3.1.4 || =4.0`. spec: national-service INC-03

/** Whether a dotted version lies in the range; what is no dotted number lies in none. */
export function versionIn(range: string, version: string): boolean {
  if (!/^\d{1,6}(\.\d{1,6}){0,3}$/.test(version)) return false;
  return range.split('||').some((alternative) =>
    [...alternative.matchAll(/(>=|<=|>|<|=)?\s*(\d+(?:\.\d+){0,3})/g)].every(([, sign = '=', bound]) => {
      const order = compare(version, bound!);
      return { '>=': order >= 0, '<=': order <= 0, '>': order > 0, '<': order < 0, '=': order === 0 }[sign];
    }),
  );
}

function compare(one: string, other: string): number {
  const [a, b] = [one, other].map((version) => version.split('.').map(Number)) as [number[], number[]];
  for (let at = 0; at < 4; at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
