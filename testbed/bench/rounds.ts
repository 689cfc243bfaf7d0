// Interleaved rounds and their statistics: what is compared is measured in turns, so that noise falls on all of it alike.
// spec: stack §3 (method), design §6

/** Median of the rounds with the lowest and highest seen. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** @throws RangeError for no values */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = Float64Array.from(values).sort();
  return { median: percentile(sorted, 50), min: sorted[0]!, max: sorted.at(-1)! };
}

/** Of ascending values; halfway between the two nearest where it falls between them. @throws RangeError for no values */
export function percentile(ascending: ArrayLike<number>, percent: number): number {
  if (ascending.length === 0) throw new RangeError('no values');
  const at = (percent / 100) * (ascending.length - 1);
  const [low, high] = [ascending[Math.floor(at)]!, ascending[Math.ceil(at)]!];
  return low + (high - low) * (at - Math.floor(at));
}

/** Ratio of the medians; `min` and `max` are those of the pairs of one round. */
export function ratioOf(values: readonly number[], baseline: readonly number[]): Spread {
  const pairs = spreadOf(values.map((value, round) => value / baseline[round]!));
  return { median: spreadOf(values).median / spreadOf(baseline).median, min: pairs.min, max: pairs.max };
}

export type Ways<Name extends string, Sample> = Readonly<Record<Name, (round: number) => Promise<Sample>>>;

/**
 * Runs every way once a round, one after the other; each round begins one way further on, so that none always
 * follows the same other. Answers the samples of each way, by round.
 */
export async function interleaved<Name extends string, Sample>(
  rounds: number,
  ways: Ways<Name, Sample>,
): Promise<Record<Name, Sample[]>> {
  const names = Object.keys(ways) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < names.length; turn += 1) {
      const name = names[(round + turn) % names.length]!;
      samples[name].push(await ways[name](round));
    }
  }
  return samples;
}
