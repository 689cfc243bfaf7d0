// Bulk loads go in batches that either database takes as one statement.

export const batchSize = 2000;

export function* batches<T>(items: readonly T[] = []): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += batchSize) yield items.slice(start, start + batchSize);
}
