// An import as a stream of events, for those who show its progress.
import type { Records } from '../open-records.ts';
import { type ImportOptions, importRecords } from './import-records.ts';
import type { ImportEvent, ImportReport } from './report.ts';

/**
 * Runs an import and yields its events as they happen; the generator's result is the report.
 * @example const run = importEvents(records, { practice, files }); for await (const event of run) show(event);
 */
export async function* importEvents(
  records: Records,
  options: Omit<ImportOptions, 'onEvent'>,
): AsyncGenerator<ImportEvent, ImportReport> {
  const waiting: ImportEvent[] = [];
  let wake: () => void = () => undefined;
  let ended = false;
  const report = importRecords(records, {
    ...options,
    onEvent(event) {
      waiting.push(event);
      wake();
    },
  }).finally(() => {
    ended = true;
    wake();
  });
  report.catch(() => undefined);
  while (true) {
    for (let event = waiting.shift(); event; event = waiting.shift()) yield event;
    if (ended) return report;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}
