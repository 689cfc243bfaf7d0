// Ranges of versions of accredited systems, such as `>=3.1.0 <3.1.4 || =4.0`: one meaning for recalls and pauses.
// spec: national-service INC-03, UPD-07

/** What may be typed as a range; shown with `versionRangeHint` where something else was. */
export const versionRangePattern =
  /^\s*(>=|<=|>|<|=)?\s*\d+(\.\d+){0,3}(\s+(\|\|\s+)?(>=|<=|>|<|=)?\s*\d+(\.\d+){0,3})*\s*$/;
export const versionRangeHint = 'comparators such as >=3.1.0 <3.1.4, alternatives after ||';

const comparators = /(>=|<=|>|<|=)?\s*(\d+(?:\.\d+)*)/g;

const holds: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
};

/**
 * Whether a dotted version lies in the range; places left out count as 0. Nothing lies in what is no range. How a
 * version is read out of what a system says of itself, and what an unreadable one means, is for the caller.
 */
export function versionInRange(version: string, range: string): boolean {
  const numbers = numbersOf(version);
  return range.split('||').some((alternative) => {
    const bounds = [...alternative.matchAll(comparators)];
    const isRange = bounds.length > 0 && alternative.replace(comparators, '').trim() === '';
    return (
      isRange && bounds.every(([, sign = '=', bound]) => holds[sign]!(compare(numbers, numbersOf(bound!))))
    );
  });
}

const numbersOf = (version: string): number[] => version.split('.').map(Number);

function compare(one: readonly number[], other: readonly number[]): number {
  for (let place = 0; place < Math.max(one.length, other.length); place++) {
    const difference = (one[place] ?? 0) - (other[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
