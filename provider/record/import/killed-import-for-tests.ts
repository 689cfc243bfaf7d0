// For tests: a process that imports many people and is killed while it does. Arguments: database address, people.
import { openStore } from '@gp-connect/foundation/store';
import { openRecords, recordMigrations } from '../open-records.ts';
import { ndjson, nhsNumber, observation, patient } from '../records-for-tests.ts';
import { importRecords } from './import-records.ts';

const [url, people] = process.argv.slice(2) as [string, string];

async function* endless() {
  for (let at = 0; at < Number(people); at++) {
    const entries = Array.from({ length: 20 }, (_, entry) => observation(`p${at}-${entry}`, `p${at}`));
    yield ndjson(patient(`p${at}`, nhsNumber(at)), ...entries);
  }
}

const records = openRecords(await openStore({ url }, recordMigrations));
await importRecords(records, {
  practice: 'Z90001',
  files: [{ name: 'many.ndjson', stream: endless() }],
  batch: 200,
  onEvent: (event) => {
    if (event.kind === 'progress') process.stdout.write(`${event.progress.patients}\n`);
  },
});
process.stdout.write('finished\n');
