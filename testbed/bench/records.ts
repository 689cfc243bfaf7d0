// Records of the sizes the benches ask for: entries without actors and documents' contents.
import {
  type England,
  namedPatient,
  type PersonRecord,
  people,
  type Stu3Resource,
} from '../england/index.ts';

const NOT_COUNTED = new Set([
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'Device',
  'Binary',
]);

export const isEntry = ({ resourceType }: Stu3Resource): boolean => !NOT_COUNTED.has(resourceType);
export const entriesOf = (resources: readonly Stu3Resource[]): number => resources.filter(isEntry).length;

/** The record of 10,000 entries. */
export function largestRecord(england: England): PersonRecord {
  const { nhsNumber, practiceIndex } = namedPatient('ten-thousand');
  return find(england, practiceIndex!, (person) => person.nhsNumber === nhsNumber);
}

/** Somebody of the same practice whose record has 40 to 60 entries. */
export function ordinaryRecord(england: England): PersonRecord {
  return find(england, namedPatient('ten-thousand').practiceIndex!, ({ resources }) => {
    const entries = entriesOf(resources);
    return entries >= 45 && entries <= 55;
  });
}

function find(england: England, practice: number, wanted: (person: PersonRecord) => boolean): PersonRecord {
  for (const person of people(england, england.practices[practice]!.ods)) if (wanted(person)) return person;
  throw new Error('England has no such record');
}

/** The newest part of a record, about so many entries: what refers to something left out is left out too. */
export function cutRecord({ resources }: PersonRecord, entries: number): Stu3Resource[] {
  const counted = resources.filter(isEntry);
  let kept = new Set<string>();
  for (
    let taken = entries;
    taken <= counted.length && kept.size < entries;
    taken += Math.ceil(entries / 10)
  ) {
    kept = closed(counted.slice(-taken));
  }
  return resources
    .filter((resource) => !isEntry(resource) || kept.has(nameOf(resource)))
    .filter(({ resourceType }) => resourceType !== 'Binary');
}

function closed(resources: readonly Stu3Resource[]): Set<string> {
  let rest = resources;
  for (;;) {
    const names = new Set(rest.map(nameOf));
    const whole = rest.filter((resource) => referencesOf(resource).every((name) => names.has(name)));
    if (whole.length === rest.length) return names;
    rest = whole;
  }
}

const nameOf = ({ resourceType, id }: Stu3Resource): string => `${resourceType}/${id}`;

function referencesOf(resource: Stu3Resource): string[] {
  return [...JSON.stringify(resource).matchAll(/"reference":"((\w+)\/[^"]+)"/g)]
    .filter(([, , type]) => !NOT_COUNTED.has(type!))
    .map(([, name]) => name!);
}
