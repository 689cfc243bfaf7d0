// Where the strict FHIR check of the token's resources comes from: one place, so that it can be replaced.
// spec: foundations §7.3 row 14, §7.5
import { validate } from '../fhir/index.ts';

/** What is wrong with the structure of a resource: an empty list is a pass. */
export type ResourceCheck = (resource: unknown) => readonly { path: string; reason: string }[];

export const stu3ResourceCheck: ResourceCheck = (resource) => validate(resource);
export const dstu2ResourceCheck: ResourceCheck = (resource) => validate(resource, undefined, 'DSTU2');
