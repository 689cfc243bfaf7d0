// Whether a normalised resource may be stored: STU3 structure, with the ids that live systems use.
// What profiles make mandatory may be missing: live records have gaps, and a gap is no reason to lose the rest.
// spec: access-record-structured §18 (identifiers, missing mandatory)
import { isResourceType, validate } from '@gp-connect/foundation/fhir';
import type { ResourceJson } from '../json.ts';
import { isPlainlySound } from './sound.ts';

/** Ids as live systems make them: also with `_`, `=`, `+`, `~`, and up to 128 long. */
const liveId = /^[A-Za-z0-9\-._=+~]{1,128}$/;

/** Types that are not part of anybody's record. */
const notRecord: ReadonlySet<string> = new Set([
  'OperationOutcome',
  'Bundle',
  'Parameters',
  'CapabilityStatement',
]);

export interface Fault {
  reason: string;
  path: string | null;
}

/** Why a resource of this type cannot be stored, whatever it says. */
export function typeFault(type: string): Fault | undefined {
  if (!isResourceType(type)) return { reason: 'not a resource of FHIR STU3', path: null };
  if (notRecord.has(type)) return { reason: `${type} is not part of a record`, path: null };
  return undefined;
}

/** Why a resource cannot be stored; undefined where it can. */
export function faultOf(resource: ResourceJson): Fault | undefined {
  const type = resource.resourceType;
  if (!liveId.test(String(resource.id)))
    return { reason: 'the id cannot be used in an address', path: `${type}.id` };
  if (isPlainlySound(resource)) return undefined;
  const problem = validate(resource).find(({ reason }) => reason !== 'is not a valid id');
  if (!problem) return undefined;
  const foreign = problem.reason === 'unknown element';
  return { reason: foreign ? 'not FHIR STU3: unknown element' : problem.reason, path: problem.path };
}
