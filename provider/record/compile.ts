// A record's canonical resources turned into rows: wire text once, and every column selection looks at.
// spec: design §4 (each resource serialised once on write)
import { hash } from 'node:crypto';
import { splitConfidentiality } from './confidentiality.ts';
import { datesOf } from './dates-of.ts';
import { confidentialityOfContent } from './documents.ts';
import { codeOf, detailOf, statusOf } from './facets-of.ts';
import { keyOf, type ResourceJson } from './json.ts';
import { linksOf, writeLinks } from './links-of.ts';
import { factOf, mergeFacts, type PatientFacts, patientFactsOf, type RecordFacts } from './patient-facts.ts';
import { reportParts } from './report-parts.ts';
import { actorTypes, roleOf } from './role-of.ts';
import type { ActorRow, ResourceRow } from './schema.ts';

export type CompiledRow = Omit<ResourceRow, 'practice' | 'patient_key' | 'seq'>;
export type CompiledActor = Omit<ActorRow, 'practice' | 'actor_key'>;

export interface CompiledContent {
  id: string;
  contentType: string;
  base64: string;
}

export interface CompiledRecord {
  patient: PatientFacts;
  rows: CompiledRow[];
  actors: CompiledActor[];
  /** Contents of Binary resources, apart from their rows. */
  contents: CompiledContent[];
  /** `Type/id` of shared actors the record names, a line each, sorted. */
  actorReferences: string;
}

export class RecordError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecordError';
  }
}

/**
 * Compiles the whole record of one person.
 * @throws RecordError without exactly one Patient with a valid NHS number, or where a type and id stands twice.
 */
export function compileRecord(resources: Iterable<ResourceJson>, known: RecordFacts = {}): CompiledRecord {
  let facts: RecordFacts = { ...known };
  const confidential = new Set<string>(known.confidential);
  const byKey = new Map<string, ResourceJson>();
  const actors: CompiledActor[] = [];
  const contents: CompiledContent[] = [];
  let patient: ResourceJson | undefined;
  for (const given of resources) {
    const fact = factOf(given);
    if (fact !== undefined) {
      facts = mergeFacts(facts, fact);
      continue;
    }
    const split = splitConfidentiality(given);
    if (given.resourceType === 'Patient') {
      if (patient) throw new RecordError('a record has one Patient');
      patient = split.resource;
      if (split.confidential) facts.sensitive = true;
      byKey.set(keyOf(patient), patient);
      continue;
    }
    if (actorTypes.has(given.resourceType)) {
      actors.push(compileActor(split.resource));
      continue;
    }
    const key = keyOf(given);
    if (byKey.has(key)) throw new RecordError(`${key} stands twice in one record`);
    if (split.confidential) confidential.add(key);
    byKey.set(
      key,
      given.resourceType === 'Binary' ? withoutContent(split.resource, contents) : split.resource,
    );
  }
  const entry = patient && patientFactsOf(patient, facts);
  if (!entry) throw new RecordError('a record needs a Patient with a valid NHS number');
  const all = [...byKey.values()];
  confidentialityOfContent(all, confidential);
  return { patient: entry, ...compileRows(all, byKey, facts, confidential), actors, contents };
}

function compileRows(
  all: readonly ResourceJson[],
  byKey: ReadonlyMap<string, ResourceJson>,
  facts: RecordFacts,
  confidential: ReadonlySet<string>,
): { rows: CompiledRow[]; actorReferences: string } {
  const parts = reportParts(all);
  const lookup = (type: string, id: string) => byKey.get(`${type}/${id}`);
  const references = new Set<string>();
  const rows = all.map((resource): CompiledRow => {
    const key = keyOf(resource);
    const links = linksOf(resource);
    for (const link of links) if (actorTypes.has(link.toType)) references.add(`${link.toType}/${link.toId}`);
    const when = datesOf(resource);
    const row = {
      type: resource.resourceType,
      id: String(resource.id),
      role: roleOf(resource, {
        reportPart: parts.has(key),
        immunisationStatus: facts.immunisationStatus?.has(key) ?? false,
      }),
      from_ms: when.from,
      to_ms: when.to,
      status: statusOf(resource),
      detail: detailOf(resource),
      code: codeOf(resource, lookup),
      confidential: confidential.has(key),
      links: writeLinks(links),
      json: JSON.stringify(resource),
    };
    return { ...row, digest: digestOf(row) };
  });
  return { rows, actorReferences: [...references].sort().join('\n') };
}

/** Frozen actors are shared by many records of a practice and compiled once. */
const compiledActors = new WeakMap<ResourceJson, CompiledActor>();

export function compileActor(actor: ResourceJson): CompiledActor {
  const known = compiledActors.get(actor);
  if (known) return known;
  const json = JSON.stringify(actor);
  const compiled = {
    type: actor.resourceType,
    id: String(actor.id),
    links: writeLinks(linksOf(actor)),
    digest: hash('sha1', json, 'base64'),
    json,
  };
  if (Object.isFrozen(actor)) compiledActors.set(actor, compiled);
  return compiled;
}

function digestOf(row: Omit<CompiledRow, 'digest'>): string {
  const facets = [row.role, row.from_ms, row.to_ms, row.status, row.detail, row.code, row.confidential];
  return hash('sha1', `${facets.join('|')}|${row.links}|${row.json}`, 'base64');
}

function withoutContent(binary: ResourceJson, contents: CompiledContent[]): ResourceJson {
  const { content, ...rest } = binary;
  if (typeof content === 'string') {
    contents.push({
      id: String(binary.id),
      contentType: typeof binary.contentType === 'string' ? binary.contentType : 'application/octet-stream',
      base64: content,
    });
  }
  return rest as ResourceJson;
}
