// Ways to look into generated records for the tests beside them: references, codings, dates.
import type { Coding, Reference } from '@gp-connect/foundation/fhir';
import type { PersonRecord } from './record/record.ts';
import type { Stu3Resource } from './record/writer.ts';

type Visit = (key: string, value: Record<string, unknown>) => void;

/** Calls `visit` for every object inside a resource, with the key it hangs on. */
export function walk(value: unknown, visit: Visit, key = ''): void {
  if (Array.isArray(value)) for (const inner of value) walk(inner, visit, key);
  else if (value !== null && typeof value === 'object') {
    visit(key, value as Record<string, unknown>);
    for (const [name, inner] of Object.entries(value)) {
      if (typeof inner === 'object') walk(inner, visit, name);
    }
  }
}

/** Every literal reference inside a resource. */
export function referencesIn(resource: Stu3Resource): string[] {
  const found: string[] = [];
  if (resource.resourceType === 'Binary') return found;
  walk(resource, (_, value) => {
    if (typeof value.reference === 'string') found.push(value.reference);
  });
  return found;
}

/** Every coding inside a resource. */
export function codingsIn(resource: Stu3Resource): Coding[] {
  const found: Coding[] = [];
  if (resource.resourceType === 'Binary') return found;
  walk(resource, (key, value) => {
    if (key === 'coding') found.push(value as Coding);
  });
  return found;
}

/** The resources of one type. */
export function ofType<T extends Stu3Resource['resourceType']>(
  record: PersonRecord,
  type: T,
): Extract<Stu3Resource, { resourceType: T }>[] {
  return record.resources.filter(
    (resource): resource is Extract<Stu3Resource, { resourceType: T }> => resource.resourceType === type,
  );
}

/** One reference or the first of several. */
export function one(reference: Reference | Reference[] | undefined): string | undefined {
  return (Array.isArray(reference) ? reference[0] : reference)?.reference;
}

/** The SNOMED codes of a concept. */
export function snomedCodes(concept: { coding?: Coding[] | undefined } | undefined): string[] {
  return (concept?.coding ?? [])
    .filter((coding) => coding.system === 'http://snomed.info/sct')
    .map((coding) => coding.code ?? '');
}
