// Search for a patient's documents. spec: access-document §4
import { type JsonResource, parseJson } from '@gp-connect/foundation/fhir';
import { resourceProfile, system } from '@gp-connect/foundation/nhs';
import {
  type Answer,
  type CheckedRequest,
  type Progress,
  wireActor,
  wirePatient,
} from '../foundations/index.ts';
import {
  binaryIdsOf,
  type IndexEntry,
  type PatientEntry,
  RecordChangedError,
  type RecordReader,
} from '../record/index.ts';
import type { DocumentsDependencies } from './dependencies.ts';
import { linked, peopleOf } from './people.ts';
import { type DocumentSearch, documentSearch } from './search-parameters.ts';
import { openShownRecord, type ShownRecord } from './shown-record.ts';
import { checkStanding } from './standing.ts';
import { streamedSearchset } from './streamed-searchset.ts';
import { wireDocument } from './wire-document.ts';

/** How often a record that changes under the reader is read anew. */
const attempts = 3;

/**
 * Everything that can be refused is refused before the answer is returned; it then only writes what was found.
 * @throws Refusal INVALID_PARAMETER (422), PATIENT_NOT_FOUND (404), NO_PATIENT_CONSENT (403)
 */
export async function searchDocuments(
  dependencies: DocumentsDependencies,
  request: CheckedRequest,
  progress: Progress,
): Promise<Answer> {
  const search = documentSearch(request.address.query);
  const { ods } = request.practice.practice;
  for (let left = attempts - 1; ; left -= 1) {
    const found = await dependencies.records.findPatientById(ods, request.id!);
    if (found) progress.nhsNumber = found.nhsNumber;
    const patient = await checkStanding(dependencies, ods, found);
    try {
      const resources = await dependencies.records.read(ods, patient, async (reader) => {
        if (reader.patient.version !== patient.version) throw new RecordChangedError();
        return answerOf(dependencies, request, patient, reader, search);
      });
      return streamedSearchset(resources, request.trace, request.serviceRoot);
    } catch (error) {
      if (!(error instanceof RecordChangedError) || left === 0) throw error;
    }
  }
}

interface Found {
  readonly entry: IndexEntry;
  readonly resource: JsonResource;
}

/** Patient, matches newest first, then everyone they name. */
async function answerOf(
  { records }: DocumentsDependencies,
  request: CheckedRequest,
  patient: PatientEntry,
  reader: RecordReader,
  search: DocumentSearch,
): Promise<object[]> {
  const { practice } = request.practice;
  const shown = await openShownRecord(reader, request.practice);
  const matches = await matching(shown, reader, search);
  const { graph } = shown;
  const patientEntry = graph.find('Patient', patient.id);
  const stored = await records.resource(practice.ods, 'Patient', patient.id);
  const organisation = graph.find('Organization', practice.organizationId);
  const people = peopleOf(
    graph,
    patientEntry,
    organisation,
    matches.map(({ entry }) => entry),
  );
  const ids = matches.flatMap(({ resource }) => binaryIdsOf(resource as never));
  const heads = await records.binaryHeads(practice.ods, [...new Set(ids)]);
  const context = {
    documentsRoot: request.serviceRoot,
    patientId: patient.id,
    heads: new Map(
      heads.filter(({ patientKey }) => patientKey === patient.key).map((head) => [head.id, head]),
    ),
    isShown: shown.isShown,
  };
  const actors: object[] = [];
  for await (const { json } of reader.resources(people.map(({ seq }) => seq))) actors.push(wireActor(json));
  if (!organisation) actors.unshift(await practiceResource(records, practice));
  return [
    wirePatient(stored!.json, patient, practice.organizationId),
    ...matches.map(({ resource }) => wireDocument(resource, context)),
    ...actors,
  ];
}

async function matching(shown: ShownRecord, reader: RecordReader, search: DocumentSearch): Promise<Found[]> {
  const { graph } = shown;
  const authors = search.author === undefined ? undefined : await authorsOf(shown, reader, search.author);
  const candidates = shown
    .documents()
    .filter((entry) => inWindow(entry, search))
    .filter((entry) => !authors || linked(graph, entry, ['author']).some((author) => authors.has(author)))
    .sort(
      (a, b) => (b.from ?? Number.NEGATIVE_INFINITY) - (a.from ?? Number.NEGATIVE_INFINITY) || b.seq - a.seq,
    );
  const replaced = await replacedOnes(shown, reader, candidates);
  const bySeq = new Map(candidates.map((entry) => [entry.seq, entry]));
  const found: Found[] = [];
  for await (const { seq, json } of reader.resources([...bySeq.keys()])) {
    const resource = parseJson(json);
    const entry = bySeq.get(seq)!;
    if (resource.status === 'current' && !replaced.has(entry) && hasWords(resource, search.words))
      found.push({ entry, resource });
  }
  return found;
}

/** A document without any date matches only where no date is asked for. */
function inWindow({ from, to }: IndexEntry, search: DocumentSearch): boolean {
  if (from === null)
    return search.from === Number.NEGATIVE_INFINITY && search.until === Number.POSITIVE_INFINITY;
  return (to ?? from) >= search.from && from < search.until;
}

/** The organisations with that ODS code among the authors. */
async function authorsOf(
  { graph, documents }: ShownRecord,
  reader: RecordReader,
  ods: string,
): Promise<ReadonlySet<IndexEntry>> {
  const organisations = new Map<number, IndexEntry>();
  for (const document of documents()) {
    for (const author of linked(graph, document, ['author'])) {
      if (author.type === 'Organization') organisations.set(author.seq, author);
    }
  }
  const matches = new Set<IndexEntry>();
  for await (const { seq, json } of reader.resources([...organisations.keys()])) {
    const { identifier } = parseJson(json) as { identifier?: { system?: string; value?: string }[] };
    const isSought = (identifier ?? []).some(
      (each) => each.system === system.odsOrganisation && each.value?.toUpperCase() === ods,
    );
    if (isSought) matches.add(organisations.get(seq)!);
  }
  return matches;
}

/** Older versions: documents that another one of the record says it replaces. */
async function replacedOnes(
  { graph }: ShownRecord,
  reader: RecordReader,
  candidates: readonly IndexEntry[],
): Promise<ReadonlySet<IndexEntry>> {
  const newer = new Map<number, IndexEntry>();
  for (const candidate of candidates) {
    for (const { path, from } of graph.in(candidate)) {
      if (path === 'relatesTo.target' && from.role === 'document') newer.set(from.seq, from);
    }
  }
  const replaced = new Set<IndexEntry>();
  for await (const { json } of reader.resources([...newer.keys()])) {
    const { relatesTo } = parseJson(json) as {
      relatesTo?: { code?: string; target?: { reference?: string } }[];
    };
    for (const { code, target } of relatesTo ?? []) {
      const [type = '', id = ''] = target?.reference?.split('/') ?? [];
      const older = code === 'replaces' ? graph.find(type, id) : undefined;
      if (older) replaced.add(older);
    }
  }
  return replaced;
}

/** Every word stands in the description, the type's text or the name of one of its codes. */
function hasWords(resource: JsonResource, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const type = (resource.type ?? {}) as { text?: string; coding?: { display?: string }[] };
  const texts = [resource.description, type.text, ...(type.coding ?? []).map(({ display }) => display)];
  const text = texts
    .filter((each) => typeof each === 'string')
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The practice addressed, where nothing in the record refers to it. */
async function practiceResource(
  records: DocumentsDependencies['records'],
  { ods, name, organizationId }: CheckedRequest['practice']['practice'],
): Promise<object> {
  const stored = await records.resource(ods, 'Organization', organizationId);
  if (stored) return wireActor(stored.json);
  return {
    resourceType: 'Organization',
    id: organizationId,
    meta: { versionId: '1', profile: [resourceProfile.Organization] },
    identifier: [{ system: system.odsOrganisation, value: ods }],
    name,
  };
}
