// Whether a result stands out: by the laboratory's own interpretation, else by the range it gave itself.
import type { Item } from '@gp-connect/consumer';

const unremarkable = /^(normal|n|negative|within .*range)$/i;

export interface Flag {
  readonly text: string;
  readonly colour: string;
}

export function flagOf(item: Item): Flag | null {
  const words = item.facts.find(({ label }) => label === 'Interpretation')?.value;
  if (words) return unremarkable.test(words.trim()) ? null : { text: words, colour: 'red' };
  for (const { value, low, high } of item.measurements) {
    if (low !== undefined && value < low) return { text: 'Below range', colour: 'red' };
    if (high !== undefined && value > high) return { text: 'Above range', colour: 'red' };
  }
  return null;
}
