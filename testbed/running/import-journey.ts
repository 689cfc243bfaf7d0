// Records that live systems emitted come into a practice and are read back through the gateway, nothing lost.
// spec: access-record-structured §18; access-document §4
import assert from 'node:assert/strict';
import { createReadStream, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { structuredParameters } from '@gp-connect/consumer';
import { parseJson } from '@gp-connect/foundation/fhir';
import { clinicalAreas, endedAllergiesList, interactionId, system } from '@gp-connect/foundation/nhs';
import { type ImportReport, openAdministration } from '@gp-connect/provider';
import { differences, semanticallyEqual } from '@gp-connect/provider/testing';
import type { Caller } from './caller.ts';
import type { EnglandUnderTest } from './england-under-test.ts';
import { layoutOf } from './layout.ts';

const shared = process.env.GPC_SHARED_FILES ?? join(import.meta.dirname, '../../../shared');
const folder = join(shared, 'samples/structured');
const skip = existsSync(folder)
  ? false
  : 'the samples of live systems are not on this machine (GPC_SHARED_FILES)';

/** Each file comes from another practice, whose staff are its own: so each goes to a practice of its own here. */
const practiceOf: Readonly<Record<string, string>> = {
  'allergies.json': 'A83901',
  'consultations.json': 'A83902',
  'diary-entries.json': 'A83903',
  'medications.json': 'A83906',
  'documents-search.json': 'A83907',
};
const structuredFiles = Object.keys(practiceOf).filter((name) => name !== 'documents-search.json');

/** What is shared by everybody at a practice: another file may hold a newer version. */
const actorTypes = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'Patient',
]);
/** The lists an answer makes itself. */
const answerLists = new Set([
  ...Object.values(clinicalAreas).map(({ listCode }) => listCode),
  endedAllergiesList.code,
]);

interface Json {
  resourceType: string;
  id?: string;
  [member: string]: unknown;
}

export function importJourney(running: () => EnglandUnderTest): void {
  let doctor: Caller;
  before(() => {
    doctor = running().caller('hospital-doctor');
  });

  async function importFile(name: string): Promise<ImportReport> {
    const england = running();
    const token = readFileSync(join(layoutOf(england.dataFolder).secrets, 'orchard-administration'), 'utf8');
    const administration = openAdministration({
      url: `http://127.0.0.1:${england.ports.orchardAdministration}`,
      token,
    });
    const path = join(folder, name);
    const file = { name, size: statSync(path).size, stream: () => createReadStream(path) };
    for await (const step of administration.import(practiceOf[name]!, [file])) {
      if (step.kind === 'report') return step.report;
    }
    throw new Error('the import ended without a report');
  }

  async function readBack(name: string, nhsNumber: string): Promise<Json[]> {
    const service = await doctor.directory.service(
      practiceOf[name]!,
      interactionId.structuredRecord,
      crypto.randomUUID(),
    );
    const answer = await doctor.proxy({
      interaction: interactionId.structuredRecord,
      path: '/Patient/$gpc.getstructuredrecord',
      service: service!,
      body: structuredParameters({ nhsNumber }),
    });
    const text = await answer.body.text();
    assert.equal(answer.status, 200, text.slice(0, 400));
    return resourcesOf(text);
  }

  test('every file comes in without a hand edit, and a second time changes nothing', { skip }, async () => {
    for (const name of Object.keys(practiceOf)) {
      const first = await importFile(name);
      assert.deepEqual(first.refused, [], name);
      assert.equal(first.stored + first.absorbed, first.read, name);
      const second = await importFile(name);
      assert.equal(second.written.resourcesAdded + second.written.resourcesChanged, 0, name);
    }
  });

  for (const name of structuredFiles) {
    test(`${name} reads back through the gateway with every resource and every clinical element`, {
      skip,
    }, async () => {
      const everything = resourcesOf(readFileSync(join(folder, name), 'utf8'));
      const back = await readBack(name, nhsNumberOf(everything));
      assert.deepEqual(lostIn(back, sourcesOf(name)), []);
    });
  }

  test('documents-search.json reads back by Access Document: find, then search', { skip }, async () => {
    const sources = resourcesOf(readFileSync(join(folder, 'documents-search.json'), 'utf8'));
    const nhsNumber = nhsNumberOf(sources);
    const ask = async (interaction: string, path: string) => {
      const service = await doctor.directory.service(
        practiceOf['documents-search.json']!,
        interaction,
        crypto.randomUUID(),
      );
      const answer = await doctor.proxy({ interaction, path, service: service! });
      const text = await answer.body.text();
      assert.equal(answer.status, 200, text.slice(0, 400));
      return resourcesOf(text);
    };
    const identifier = encodeURIComponent(`${system.nhsNumber}|${nhsNumber}`);
    const [patient] = await ask(interactionId.documentsFindPatient, `/Patient?identifier=${identifier}`);
    const includes = [
      ...['subject:Patient', 'custodian:Organization', 'author:Organization', 'author:Practitioner'].map(
        (each) => `_include=DocumentReference:${each}`,
      ),
      '_revinclude:recurse=PractitionerRole:practitioner',
    ].join('&');
    const back = await ask(
      interactionId.documentsSearch,
      `/Patient/${patient!.id}/DocumentReference?${includes}`,
    );
    const documents = sources
      .filter(({ resourceType }) => resourceType === 'DocumentReference')
      .map(withoutAttachment);
    assert.deepEqual(lostIn(back.map(withoutAttachment), documents), []);
    assert.equal(documents.length, 27);
  });
}

function resourcesOf(text: string): Json[] {
  const bundle = parseJson(text) as unknown as { entry?: { resource: Json }[] };
  return (bundle.entry ?? []).map(({ resource }) => resource);
}

/** Every source resource; the lists an answer makes itself stand for what they contain. */
function sourcesOf(name: string): Json[] {
  return resourcesOf(readFileSync(join(folder, name), 'utf8')).flatMap((resource) => {
    const code = (resource as { code?: { coding?: { code?: string }[] } }).code?.coding?.[0]?.code ?? '';
    const made =
      resource.resourceType === 'List' && (answerLists.has(code) || /^(problems|consultations)-/.test(code));
    return made ? ((resource.contained as Json[] | undefined) ?? []) : [resource];
  });
}

function nhsNumberOf(resources: readonly Json[]): string {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient') as
    | { identifier?: { system?: string; value?: string }[] }
    | undefined;
  return patient!.identifier!.find((identifier) => identifier.system === system.nhsNumber)!.value!;
}

/** Source resources that are not there, or say less than they said, with the element paths that differ. */
function lostIn(back: readonly Json[], sources: readonly Json[]): string[] {
  const known = new Set(sources.map(({ resourceType, id }) => `${resourceType}/${id}`));
  const contained = back.flatMap((resource) => (resource.contained as Json[] | undefined) ?? []);
  const byType = Map.groupBy(
    [...back, ...contained].map((each) => withoutDangling(each, known)),
    ({ resourceType }) => resourceType,
  );
  return sources.flatMap((given) => {
    const source = withoutDangling(given, known);
    const candidates = byType.get(source.resourceType) ?? [];
    const nearest = candidates.find(({ id }) => id === source.id);
    if (candidates.some((candidate) => semanticallyEqual(source, candidate))) return [];
    if (nearest && actorTypes.has(source.resourceType)) return [];
    const differs = nearest ? differences(source, nearest).join(', ') : 'not there';
    return [`${source.resourceType}/${source.id}: ${differs}`];
  });
}

/** A reference to something the source itself does not hold says nothing: the answer may leave it out. */
function withoutDangling(resource: Json, known: ReadonlySet<string>): Json {
  return prune(resource, known) as Json;
}

function prune(value: unknown, known: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) {
    const kept = value.map((item) => prune(item, known)).filter((item) => item !== undefined);
    return kept.length ? kept : undefined;
  }
  if (typeof value !== 'object' || value === null) return value;
  const { reference } = value as { reference?: unknown };
  if (
    typeof reference === 'string' &&
    !reference.startsWith('Patient/') &&
    !known.has(reference.split('/').slice(-2).join('/'))
  )
    return undefined;
  const kept = Object.entries(value)
    .map(([name, member]) => [name, prune(member, known)] as const)
    .filter(([, member]) => member !== undefined);
  if (kept.length === 0) return undefined;
  const pruned = Object.fromEntries(kept) as { url?: unknown; extension?: unknown[] };
  // An extension that lost the reference it is about says nothing any more.
  const given = value as { url?: unknown; extension?: unknown[] };
  const lost = kept.length === 1 || (given.extension && given.extension.length !== pruned.extension?.length);
  return given.url !== undefined && lost ? undefined : pruned;
}

/** The Binary files did not come with the search: the practice says "not available" where the source had a link. */
function withoutAttachment({ content: _content, ...rest }: Json): Json {
  return rest as Json;
}
