// Group commit: what waits is done together in one go; the next group goes as soon as the last returns, no timer.

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a function that does many calls' work in one. `run` gets up to `most` items and answers one result for
 * each, in order. Where a group fails as a whole, each of its items is tried alone, so that one bad item cannot
 * fail its neighbours.
 */
export function inBatches<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  most = 128,
): (item: Item) => Promise<Result> {
  const queue: Waiting<Item, Result>[] = [];
  let running = false;

  const settle = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await run(group.map(({ item }) => item));
      for (const [position, { resolve }] of group.entries()) resolve(results[position] as Result);
    } catch (error) {
      if (group.length === 1) return group[0]!.reject(error);
      for (const one of group) await settle([one]);
    }
  };
  const work = async (): Promise<void> => {
    while (queue.length > 0) await settle(queue.splice(0, most));
    running = false;
  };
  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, resolve, reject });
      if (running) return;
      running = true;
      queueMicrotask(() => void work());
    });
}
