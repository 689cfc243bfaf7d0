// Confidentiality is kept beside a resource, never in it: the wire shows it by leaving the resource out.
// spec: access-record-structured §9.2; other labels (NOPAT) stay. §9.5
import { system } from '@gp-connect/foundation/nhs';
import { isObject, type Json, objects, type ResourceJson } from './json.ts';

const withheld: ReadonlySet<unknown> = new Set(['R', 'V']);

/**
 * The resource without its confidentiality markers, and whether one of them said restricted or very restricted.
 * The resource itself is not changed; without markers it is returned as it is. A document may carry its marker in
 * `securityLabel` too.
 */
export function splitConfidentiality(resource: ResourceJson): {
  resource: ResourceJson;
  confidential: boolean;
} {
  const split = splitMeta(resource);
  if (resource.resourceType !== 'DocumentReference' || resource.securityLabel === undefined) return split;
  const labels = objects(resource.securityLabel).map((label) => ({ label, codings: objects(label.coding) }));
  const isMarker = (coding: Json) => coding.system === system.confidentiality;
  if (!labels.some(({ codings }) => codings.some(isMarker))) return split;
  const confidential = labels.some(({ codings }) =>
    codings.some((coding) => isMarker(coding) && withheld.has(coding.code)),
  );
  const others = labels.filter(({ codings }) => !codings.some(isMarker)).map(({ label }) => label);
  const { securityLabel: _, ...rest } = split.resource;
  return {
    resource: { ...rest, ...(others.length === 0 ? {} : { securityLabel: others }) } as ResourceJson,
    confidential: confidential || split.confidential,
  };
}

function splitMeta(resource: ResourceJson): { resource: ResourceJson; confidential: boolean } {
  const meta = resource.meta;
  if (!isObject(meta) || meta.security === undefined) return { resource, confidential: false };
  const labels = objects(meta.security);
  const markers = labels.filter((label) => label.system === system.confidentiality);
  if (markers.length === 0) return { resource, confidential: false };
  const { security: _, ...rest } = meta;
  const others = labels.filter((label) => label.system !== system.confidentiality);
  return {
    resource: { ...resource, meta: others.length === 0 ? rest : { ...rest, security: others } },
    confidential: markers.some((marker) => withheld.has(marker.code)),
  };
}
