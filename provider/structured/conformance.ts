// Test support: the checklist for a provider's answer, usable on any parsed Bundle.
// spec: access-record-structured §19 (1–8, 16), §5 (a–e), §6
import { resourceProfile, structuredBundleProfile, system } from '@gp-connect/foundation/nhs';
import { areaProblems } from './conformance-areas.ts';
import { isPrimary, type ListRow, listRows } from './list-tables.ts';
import type { StructuredRequest } from './request.ts';

// biome-ignore lint/suspicious/noExplicitAny: any resource of an answer, looked into everywhere
export type Any = any;

export interface Expected {
  request: StructuredRequest;
  trace: string;
  /** Texts and ids that must occur nowhere. */
  absent?: readonly string[];
}

const versioned = new Set(['Patient', 'Practitioner', 'PractitionerRole', 'Organization', 'Location']);
/** Administrative, or versioned by live systems. */
const mayBeVersioned = new Set(['DocumentReference', 'HealthcareService', 'Device', 'RelatedPerson']);

export class Answer {
  readonly resources: readonly Any[];
  readonly byKey: ReadonlyMap<string, Any>;
  readonly bundle: Any;

  constructor(bundle: Any) {
    this.bundle = bundle;
    this.resources = (bundle.entry ?? []).map((entry: Any) => entry.resource);
    this.byKey = new Map(
      this.resources.map((resource) => [`${resource.resourceType}/${resource.id}`, resource]),
    );
  }

  all(type: string): Any[] {
    return this.resources.filter((resource) => resource.resourceType === type);
  }

  list(row: ListRow): Any[] {
    return this.all('List').filter((list) => {
      const coding = list.code.coding[0];
      return coding.system === row.system && coding.code === row.code && list.id === undefined;
    });
  }
}

/** Everything that is wrong with an answer; empty when it conforms. */
export function checkStructuredAnswer(bundle: Any, expected: Expected): string[] {
  const answer = new Answer(bundle);
  const text = JSON.stringify(bundle);
  return [
    ...bundleProblems(answer, expected),
    ...resourceProblems(answer),
    ...actorProblems(answer, expected),
    ...referenceProblems(answer, expected),
    ...listProblems(answer, expected),
    ...warningProblems(answer, expected),
    ...areaProblems(answer, expected.request),
    ...(expected.absent ?? []).filter((word) => text.includes(word)).map((word) => `17: "${word}" occurs`),
  ];
}

function when(...checks: readonly (readonly [boolean, string])[]): string[] {
  return checks.filter(([wrong]) => wrong).map(([, text]) => text);
}

function bundleProblems({ bundle }: Answer, { trace }: Expected): string[] {
  return when(
    [bundle.resourceType !== 'Bundle' || bundle.type !== 'collection', '1: not a collection'],
    [bundle.id !== trace, '1: Bundle.id is not the trace id'],
    [
      JSON.stringify(bundle.meta) !== JSON.stringify({ profile: [structuredBundleProfile] }),
      '1: bundle meta',
    ],
    ['total' in bundle || 'link' in bundle || 'signature' in bundle, '1: forbidden bundle element'],
    [
      bundle.entry.some((entry: Any) => Object.keys(entry).join() !== 'resource'),
      '1: an entry holds more than its resource',
    ],
  );
}

function resourceProblems(answer: Answer): string[] {
  const seen = new Set<string>();
  return answer.resources.flatMap((resource) => {
    const key = `${resource.resourceType}/${resource.id}`;
    const isIndexList = resource.resourceType === 'List' && resource.id === undefined;
    const repeated = !isIndexList && seen.has(key);
    seen.add(key);
    const carriesVersion = resource.meta?.versionId !== undefined;
    const mayLack = mayBeVersioned.has(resource.resourceType);
    return when(
      [repeated, `3: ${key} stands twice`],
      [!isIndexList && (typeof resource.id !== 'string' || resource.id === ''), `3: ${key} has no id`],
      [
        resource.meta?.profile?.length !== 1 ||
          resource.meta.profile[0] !== resourceProfile[resource.resourceType],
        `3: ${key} profile ${resource.meta?.profile}`,
      ],
      [
        resource.meta?.lastUpdated !== undefined && !mayLack && !versioned.has(resource.resourceType),
        `1: ${key} has lastUpdated`,
      ],
      [
        !mayLack && carriesVersion !== versioned.has(resource.resourceType),
        `1: ${key} versionId ${carriesVersion ? 'there' : 'missing'}`,
      ],
    );
  });
}

function actorProblems(answer: Answer, { request }: Expected): string[] {
  const [patient, ...others] = answer.all('Patient');
  const roles = answer.all('PractitionerRole').map((role) => role.practitioner.reference);
  return when(
    [patient === undefined || others.length > 0, '2: not exactly one Patient'],
    [
      patient?.identifier.length !== 1 || patient.identifier[0].value !== request.nhsNumber,
      '2: the NHS number is not the only identifier',
    ],
    [patient?.identifier[0].extension?.length !== 1, '12: no verification status'],
    [patient?.managingOrganization?.reference === undefined, '2: no managing organisation'],
    [new Set(roles).size !== roles.length, '12: a practitioner with several roles'],
  );
}

interface Found {
  reference: string;
  holder: Any;
  path: string;
}

/** Every reference with the resource around it and its path, indices left out. */
export function referencesOf(resource: Any): Found[] {
  const found: Found[] = [];
  const walk = (value: Any, path: string): void => {
    if (Array.isArray(value)) for (const item of value) walk(item, path);
    else if (typeof value === 'object' && value !== null) {
      if (typeof value.reference === 'string')
        found.push({ reference: value.reference, holder: resource, path });
      for (const [name, child] of Object.entries(value)) {
        if (typeof child !== 'object') continue;
        const tail =
          typeof value.url === 'string' ? `(${value.url.slice(value.url.lastIndexOf('/') + 1)})` : '';
        walk(child, `${path}${tail}.${name}`);
      }
    }
  };
  walk(resource, '');
  return found;
}

function referenceProblems(answer: Answer, { request }: Expected): string[] {
  const contained = new Set(
    answer
      .all('List')
      .flatMap((list) => (list.contained ?? []).map(({ id }: Any) => `AllergyIntolerance/${id}`)),
  );
  const matched = new Set(primaryItems(answer, 'problems'));
  return answer.resources.flatMap(referencesOf).flatMap(({ reference, holder, path }) => {
    if (answer.byKey.has(reference) || contained.has(reference)) return [];
    if (reference.startsWith('#') && holder.contained?.some(({ id }: Any) => `#${id}` === reference))
      return [];
    const isEncounterKey =
      reference.startsWith('Encounter/') &&
      /(context|encounter|encounter-associatedEncounter\).*)$/.test(path);
    if (isEncounterKey && !(request.areas.problems && holder.resourceType === 'Condition')) return [];
    if (holder.resourceType === 'Condition') {
      const isHeader = !matched.has(`Condition/${holder.id}`);
      if (isHeader && /ActualProblem|RelatedClinicalContent|RelatedProblemHeader/.test(path)) return [];
      if (
        /RelatedClinicalContent/.test(path) &&
        reference.startsWith('List/') &&
        !request.areas.consultations
      ) {
        return [];
      }
    }
    return [`4: ${holder.resourceType}/${holder.id}${path} -> ${reference} does not resolve`];
  });
}

export function primaryItems(answer: Answer, key: ListRow['key']): string[] {
  const row = listRows.find((candidate) => candidate.key === key)!;
  return answer.list(row).flatMap((list) => (list.entry ?? []).map(({ item }: Any) => item.reference));
}

const texts: Readonly<Record<string, RegExp>> = {
  'confidential-items': /Items excluded due to confidentiality and\/or patient preferences\./,
  'data-in-transit':
    /Patient record transfer from previous GP practice not yet complete; information recorded before \d\d-[A-Z][a-z]{2}-\d{4} may be missing\./,
  'data-awaiting-filing':
    /Patient record contains some items in the GP practice workflow that have not been reviewed for inclusion in this message; information recorded before \d\d-[A-Z][a-z]{2}-\d{4} may be missing\./,
};

const warningCodes = (list: Any): string[] =>
  (list.extension ?? [])
    .filter(({ url }: Any) => url.endsWith('ListWarningCode-1'))
    .map(({ valueCode }: Any) => valueCode);

function listProblems(answer: Answer, { request }: Expected): string[] {
  const known = new Set(listRows.flatMap((row) => answer.list(row)));
  const stray = answer.all('List').filter((list) => list.id === undefined && !known.has(list));
  return [
    ...stray.map((list) => `5: a list without id and known code: ${list.title}`),
    ...listRows.flatMap((row) => rowProblems(answer, row, request)),
    ...linkedProblemsProblems(answer, request),
  ];
}

function rowProblems(answer: Answer, row: ListRow, request: StructuredRequest): string[] {
  const lists = answer.list(row);
  const asked =
    row.key === 'ended-allergies' ? request.areas.allergies?.resolved === true : row.key in request.areas;
  const dragged = row.key === 'ended-allergies' && lists[0]?.contained?.length > 0;
  const origin = row.key.split(':')[0]!;
  const mayStand = isPrimary(row)
    ? asked || dragged
    : row.key === 'linked-problems' || origin in request.areas;
  return [
    ...when(
      [isPrimary(row) && asked && lists.length !== 1, `5: ${lists.length} lists of ${row.title}`],
      [lists.length > 1, `5: several lists of ${row.title}`],
      [lists.length > 0 && !mayStand, `5: ${row.title} was not asked for`],
    ),
    ...lists.flatMap((list) => oneListProblems(answer, list, row)),
  ];
}

function oneListProblems(answer: Answer, list: Any, row: ListRow): string[] {
  const codes = warningCodes(list);
  const words = list.note?.map(({ text }: Any) => text) ?? [];
  const empty = (list.entry?.length ?? 0) === 0;
  const reason = list.emptyReason?.coding?.[0];
  const isMedications = row.key.endsWith('medications');
  const items: string[] = (list.entry ?? []).map(({ item }: Any) => item.reference);
  return [
    ...when(
      [list.title !== row.title || list.code.coding[0].display !== row.display, `5: words of ${row.title}`],
      [list.status !== 'current' || list.mode !== 'snapshot', `5: status of ${row.title}`],
      [
        list.source !== undefined || list.subject?.reference === undefined,
        `5: source or subject of ${row.title}`,
      ],
      [words.length > 1, `7: several notes on ${row.title}`],
      [
        empty &&
          (reason?.system !== system.listEmptyReason ||
            reason.code !== 'no-content-recorded' ||
            reason.display !== 'No Content Recorded' ||
            !/Information not available$/.test(words[0] ?? '')),
        `7: empty list ${row.title}`,
      ],
      [!empty && list.emptyReason !== undefined, `7: ${row.title} is not empty`],
      [!empty && /Information not available/.test(words[0] ?? ''), `7: note of ${row.title}`],
      ['entry' in list && empty, `7: empty entry array on ${row.title}`],
      [empty && !isPrimary(row) && codes.length === 0, `16: ${row.title} is empty without a warning`],
      [
        isMedications && items.some((item) => !item.startsWith('MedicationStatement/')),
        `16: items of ${row.title}`,
      ],
      [new Set(items).size !== items.length, `5: ${row.title} lists an item twice`],
    ),
    ...Object.entries(texts)
      .filter(([code, text]) => codes.includes(code) !== text.test(words[0] ?? ''))
      .map(([code]) => `7: code and text of ${code} on ${row.title}`),
    ...items
      .filter((item) => !item.startsWith('#') && !answer.byKey.has(item) && !row.key.includes('ended'))
      .map((item) => `4: ${row.title} lists ${item}, which is not there`),
  ];
}

function linkedProblemsProblems(answer: Answer, request: StructuredRequest): string[] {
  const row = listRows.find(({ key }) => key === 'linked-problems')!;
  const [list] = answer.list(row);
  const conditions = answer.all('Condition').map(({ id }) => `Condition/${id}`);
  const matched = new Set(primaryItems(answer, 'problems'));
  const expected = request.areas.problems ? conditions.filter((key) => !matched.has(key)) : conditions;
  const listed = new Set((list?.entry ?? []).map(({ item }: Any) => item.reference));
  return when(
    [list === undefined && expected.length > 0, '6: no linked-problems list'],
    [
      list !== undefined && expected.length === 0 && !warningCodes(list).includes('confidential-items'),
      '6: a linked-problems list without problems',
    ],
    [expected.some((key) => !listed.has(key)), '6: linked-problems list is incomplete'],
    [[...matched].some((key) => !conditions.includes(key)), '6: a listed problem is missing'],
  );
}

function warningProblems(answer: Answer, { request }: Expected): string[] {
  const outcomes = answer.all('OperationOutcome');
  const issues: Any[] = outcomes[0]?.issue ?? [];
  return [
    ...when(
      [outcomes.length > 1, '8: several OperationOutcomes'],
      [outcomes.length === 1 && issues.length === 0, '8: an OperationOutcome without issues'],
      [outcomes.length === 0 && request.unrecognised.length > 0, '8: unknown parameters are not reported'],
      [
        issues.filter(({ details }) => / is an unrecognised parameter$/.test(details.text)).length !==
          request.unrecognised.length,
        '8: an issue for each unknown parameter',
      ],
    ),
    ...issues.flatMap(({ severity, code, details, diagnostics }) =>
      when([
        severity !== 'warning' ||
          code !== 'not-supported' ||
          details.coding.length !== 1 ||
          details.coding[0].system !== system.spineError ||
          details.coding[0].code !== 'NOT_IMPLEMENTED' ||
          details.coding[0].display !== 'Not implemented' ||
          (details.text !== `${diagnostics} is an unrecognised parameter` &&
            details.text !== `${diagnostics} has been disabled`),
        `8: issue ${diagnostics}`,
      ]),
    ),
  ];
}
