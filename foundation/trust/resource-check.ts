// Where the strict FHIR check of the token's resources comes from: one place, so that it can be replaced.
// spec: foundations §7.3 row 14, §7.5
import { type FhirVersion, resourceDefinition, typeDefinition } from '../fhir/elements.ts';

/** What is wrong with the structure of a resource: an empty list is a pass. */
export type ResourceCheck = (resource: unknown) => readonly { path: string; reason: string }[];

function structureCheck(version: FhirVersion): ResourceCheck {
  const walk = (value: unknown, type: string, path: string): { path: string; reason: string }[] => {
    const definition = typeDefinition(version, type);
    if (!definition) return [];
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return [{ path, reason: 'must be an object' }];
    return Object.entries(value).flatMap(([name, inner]) => {
      if (name === 'resourceType') return [];
      const element = definition.elements.get(name);
      const here = `${path}.${name}`;
      if (!element) return [{ path: here, reason: 'unknown element' }];
      if (element.many !== Array.isArray(inner)) return [{ path: here, reason: 'wrong cardinality' }];
      if (element.form === 'primitive') return [];
      return (element.many ? (inner as unknown[]) : [inner]).flatMap((item) =>
        walk(item, element.type, here),
      );
    });
  };
  return (resource) => {
    const type = String((resource as { resourceType?: unknown }).resourceType);
    if (!resourceDefinition(version, type)) return [{ path: '', reason: 'no such resource type' }];
    return walk(resource, type, type);
  };
}

export const stu3ResourceCheck: ResourceCheck = structureCheck('STU3');
export const dstu2ResourceCheck: ResourceCheck = structureCheck('DSTU2');
