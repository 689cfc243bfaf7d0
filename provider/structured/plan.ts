// The plan of one answer: what to write, in which order, and which texts need a change on the way.
// spec: access-record-structured §5, §7, §12
import { type JsonResource, londonDateTime } from '@gp-connect/foundation/fhir';
import { type ClinicalArea, clinicalAreaNames, resourceProfile, system } from '@gp-connect/foundation/nhs';
import { shapePatient } from '../foundations/index.ts';
import type { IndexEntry, PatientEntry, RecordReader, RecordStore } from '../record/index.ts';
import { keyActorsOf } from './actors.ts';
import { pointAttachmentsTo } from './documents.ts';
import { flatConsultations } from './flat-consultation.ts';
import { type Block, blocks } from './gathering.ts';
import { buildGraph } from './graph.ts';
import { gather } from './linkage.ts';
import { type BuiltList, buildLists } from './lists.ts';

import type { PracticeContext } from './practice-context.ts';
import type { StructuredRequest } from './request.ts';
import { changesOf, type RewriteContext, rewritten } from './rewrite.ts';
import { sharingFilter } from './sharing-filter.ts';
import { forgetTitle } from './topic-title.ts';
import { warningOutcome } from './warnings.ts';

/** Text of a stored resource to the text that is sent. */
export type Rewrite = (json: string) => string;

export interface StoredPart {
  seq: number;
  rewrite?: Rewrite;
}

/** One entry of the Bundle: stored, made for this answer, or made with stored resources contained. */
export type Segment =
  | { stored: StoredPart }
  | { made: Record<string, unknown> | string }
  | { made: Record<string, unknown>; contained: readonly StoredPart[] };

export interface AnswerPlan {
  version: number;
  segments: readonly Segment[];
  areas: ClinicalArea[];
}

export interface PlanInput {
  records: RecordStore;
  practice: PracticeContext;
  request: StructuredRequest;
  trace: string;
}

/** Selects, links and filters one record; reads resources only where the index leaves a doubt. */
export async function planAnswer(
  { records, practice, request, trace }: PlanInput,
  reader: RecordReader,
): Promise<AnswerPlan> {
  const { patient } = reader;
  const index = await reader.index();
  const graph = buildGraph(index, await reader.links());
  const filter = await sharingFilter(graph, reader, {
    exclusionCodes: practice.exclusionCodes,
    areas: practice.switches.areas,
  });
  const patientEntry = graph.find('Patient', patient.id);
  const organisation = graph.find('Organization', practice.organizationId);
  const source = { graph, reader, filter };
  const gathered = await gather(source, request.areas, keyActorsOf(graph, patientEntry, organisation));
  const context: RewriteContext = {
    ...source,
    ...gathered,
    asked: request.areas,
  };
  const madeAt = londonDateTime(new Date(practice.clock()));
  const lists = buildLists(gathered.gathering, filter, {
    patient,
    today: request.today,
    madeAt,
  });
  const segments = new Map<Block, Segment[]>(blocks.map((block) => [block, []]));
  const put = (block: Block, segment: Segment) => segments.get(block)!.push(segment);

  put('key-actors', await patientSegment(records, practice, patient, context, patientEntry));
  if (organisation === undefined) put('key-actors', { made: await practiceResource(records, practice) });
  for (const list of lists) put(blockOf(list), listSegment(list, context, practice));
  for (const entry of inOrder(gathered.gathering.included)) {
    if (entry.role === 'allergy-ended' || entry.role === 'patient') continue;
    put(gathered.gathering.included.get(entry)!, { stored: storedPart(entry, context, practice) });
  }
  const shown = gathered.gathering.lists.get('consultations')?.items ?? [];
  for (const made of await flatConsultations(source, shown, patient.id, madeAt))
    put('consultations', { made });
  const warning = warningOutcome(trace, request.unrecognised, gathered.gathering.disabled);
  if (warning !== undefined) put('warnings', { made: warning });
  return {
    version: patient.version,
    segments: [...segments.values()].flat(),
    areas: clinicalAreaNames.filter((area) => request.areas[area] !== undefined && filter.isOpen(area)),
  };
}

/** As the record has them, so that they are read in stretches; the blocks are taken apart by the caller. */
function inOrder(included: ReadonlyMap<IndexEntry, Block>): IndexEntry[] {
  return [...included.keys()].sort((a, b) => a.seq - b.seq);
}

function blockOf({ row }: BuiltList): Block {
  if (row.key === 'ended-allergies') return 'allergies';
  if (row.key === 'linked-problems') return 'problems';
  return row.key.split(':')[0] as Block;
}

function listSegment(list: BuiltList, context: RewriteContext, practice: PracticeContext): Segment {
  if (list.contained.length === 0) return { made: list.resource };
  return {
    made: list.resource,
    contained: list.contained.map((entry) => storedPart(entry, context, practice)),
  };
}

function storedPart(entry: IndexEntry, context: RewriteContext, practice: PracticeContext): StoredPart {
  const changes = changesOf(context, entry);
  const finish = finishOf(entry, context, practice);
  if (changes === undefined && finish === undefined) return { seq: entry.seq };
  return { seq: entry.seq, rewrite: (json) => rewritten(json, changes, finish) };
}

function finishOf(
  entry: IndexEntry,
  context: RewriteContext,
  practice: PracticeContext,
): ((resource: JsonResource) => void) | undefined {
  if (entry.role === 'document') return (resource) => pointAttachmentsTo(resource, practice.documentsRoot);
  return forgetTitle(context, entry);
}

async function patientSegment(
  records: RecordStore,
  practice: PracticeContext,
  patient: PatientEntry,
  context: RewriteContext,
  entry: IndexEntry | undefined,
): Promise<Segment> {
  const shape = (resource: JsonResource) => shapePatient(resource, patient, practice.organizationId);
  if (entry !== undefined) {
    const changes = changesOf(context, entry);
    return { stored: { seq: entry.seq, rewrite: (json) => rewritten(json, changes, shape) } };
  }
  const stored = await records.resource(practice.ods, 'Patient', patient.id);
  if (stored === undefined) throw new Error('the record has no Patient resource');
  return { made: rewritten(stored.json, undefined, shape) };
}

/** The practice addressed, where nothing in the record refers to it. */
async function practiceResource(
  records: RecordStore,
  practice: PracticeContext,
): Promise<Record<string, unknown> | string> {
  const stored = await records.resource(practice.ods, 'Organization', practice.organizationId);
  if (stored !== undefined) return stored.json;
  return {
    resourceType: 'Organization',
    id: practice.organizationId,
    meta: { versionId: '1', profile: [resourceProfile.Organization] },
    identifier: [{ system: system.odsOrganisation, value: practice.ods }],
    name: practice.name,
  };
}
