// The entry that takes the place of a wrong one: same person, time and author, another code, and where it comes from.
// spec: national-service INC-07 (correct), UPD-09, UPD-11; messaging SG-05, SG-06
import { parseJson } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import type { AnyResource } from '../record/index.ts';
import { RecallRefusal } from './refusal.ts';

/** Coded text the way an uncoded entry is sent. spec: access-record-structured §8.2 */
const withoutCode = { code: '196411000000103', display: 'Transfer-degraded record entry' };

export type Correction =
  | { readonly code: string; readonly display: string }
  /** Keeps the words and takes the code away. */
  | { readonly textOnly: true };

/** Types whose meaning stands in `code` alone; for others the entry is marked as an error and written anew by hand. */
const correctable: ReadonlySet<string> = new Set([
  'Observation',
  'Condition',
  'AllergyIntolerance',
  'ProcedureRequest',
]);

type Resource = AnyResource & { [element: string]: unknown };
interface Concept {
  text?: string;
  coding?: { display?: string }[];
}

/** @throws RecallRefusal 422 where the type cannot be corrected so */
export function correctedEntry(
  json: string,
  correction: Correction,
  by: { id: string; provenanceId: string; user: string; name: string; at: string; practiceName: string },
): { entry: AnyResource; provenance: AnyResource } {
  const wrong = parseJson(json) as Resource;
  if (!correctable.has(wrong.resourceType))
    throw new RecallRefusal(
      422,
      'not-correctable',
      `A ${wrong.resourceType} cannot be corrected by its code`,
    );
  const { identifier, meta, ...rest } = wrong;
  const code = wrong.code as Concept | undefined;
  const coding =
    'textOnly' in correction ? withoutCode : { code: correction.code, display: correction.display };
  const text = 'textOnly' in correction ? (code?.text ?? code?.coding?.[0]?.display) : undefined;
  const entry = {
    ...rest,
    id: by.id,
    meta: { ...(meta as object), versionId: '1' },
    ...(Array.isArray(identifier)
      ? { identifier: identifier.map((each) => ({ ...each, value: by.id })) }
      : {}),
    code: { coding: [{ system: system.snomed, ...coding }], ...(text ? { text } : {}) },
  };
  const provenance = {
    resourceType: 'Provenance',
    id: by.provenanceId,
    target: [{ reference: `${wrong.resourceType}/${by.id}` }],
    recorded: by.at,
    agent: [{ whoUri: `urn:user:${by.user}`, onBehalfOfUri: `urn:organisation:${by.practiceName}` }],
    entity: [{ role: 'revision', whatReference: { reference: `${wrong.resourceType}/${String(wrong.id)}` } }],
  };
  return { entry: entry as AnyResource, provenance };
}
