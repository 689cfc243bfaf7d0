// Bundles as live systems emit them, where this machine has them: imported as they are, nothing lost or changed.
import assert from 'node:assert/strict';
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseJson } from '@gp-connect/foundation/fhir';
import { sql } from '@gp-connect/foundation/store';
import { objects, type ResourceJson } from '../json.ts';
import { answerList } from '../normalise/lists.ts';
import type { Records } from '../open-records.ts';
import { stores, withRecords } from '../records-for-tests.ts';
import { actorTypes } from '../role-of.ts';
import { importRecords } from './import-records.ts';
import { differences, semanticallyEqual } from './semantically-equal.ts';

const folder = join(
  process.env.GPC_SHARED_FILES ?? join(import.meta.dirname, '../../../../shared'),
  'samples/structured',
);
const skip = existsSync(folder)
  ? false
  : 'no sample bundles on this machine (set GPC_SHARED_FILES to the folder above them)';

/** Every resource of the files, those contained in an answer's lists in the lists' place. */
function* sources(names: readonly string[]): Generator<{ file: string; source: ResourceJson }> {
  for (const file of names) {
    const bundle = parseJson(readFileSync(`${folder}/${file}`)) as unknown as {
      entry: { resource: ResourceJson }[];
    };
    for (const { resource } of bundle.entry) {
      const isAnswer = resource.resourceType === 'List' && answerList(resource) !== undefined;
      for (const source of isAnswer ? objects(resource.contained) : [resource]) {
        yield { file, source: source as ResourceJson };
      }
    }
  }
}

async function storedByType(records: Records, practice: string): Promise<Map<string, ResourceJson[]>> {
  const found = await sql<{ json: string }>`select json from resource where practice = ${practice}
    union all select json from actor where practice = ${practice}`.execute(records.store.db);
  return Map.groupBy(
    found.rows.map(({ json }) => parseJson(json) as ResourceJson),
    ({ resourceType }) => resourceType,
  );
}

for (const { name, fresh } of stores) {
  test(`on ${name}, every resource of live bundles is stored and says what it said`, { skip }, () =>
    withRecords(fresh, async (records) => {
      const practice = 'A82038';
      const names = readdirSync(folder).filter((file) => file.endsWith('.json'));
      const files = () =>
        names.map((file) => ({ name: file, stream: createReadStream(`${folder}/${file}`) }));
      const report = await importRecords(records, { practice, files: files() });
      assert.deepEqual(report.refused, []);
      assert.equal(report.stored + report.absorbed, report.read);
      const stored = await storedByType(records, practice);
      let compared = 0;
      for (const { file, source } of sources(names)) {
        const candidates = stored.get(source.resourceType) ?? [];
        const same = candidates.some((candidate) => semanticallyEqual(source, candidate));
        compared++;
        // Two files may hold different versions of an actor: the practice keeps the newer.
        if (same || (actorTypes.has(source.resourceType) && candidates.some(({ id }) => id === source.id)))
          continue;
        const nearest = candidates.find(({ id }) => id === source.id);
        assert.deepEqual(differences(source, nearest), [], `${file}: ${source.resourceType}`);
      }
      assert.ok(compared > 500);
      const again = await importRecords(records, { practice, files: files() });
      assert.equal(again.written.patientsUnchanged, report.written.patientsAdded);
      const { resourcesAdded, resourcesChanged, resourcesRemoved, actorsAdded, actorsChanged } =
        again.written;
      assert.equal(resourcesAdded + resourcesChanged + resourcesRemoved + actorsAdded + actorsChanged, 0);
    }),
  );
}
