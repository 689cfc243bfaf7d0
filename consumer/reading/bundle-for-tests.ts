// For tests: made-up answers, put together from the parts a test is about.
import type { Bundle } from '@gp-connect/foundation/fhir';
import { type ClinicalArea, clinicalAreas, endedAllergiesList } from '@gp-connect/foundation/nhs';

export type Resource = { resourceType: string; id?: string; [element: string]: unknown };

const extension = (name: string) =>
  `https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-${name}-1`;
export const snomed = (code: string, display: string) => ({
  coding: [{ system: 'http://snomed.info/sct', code, display }],
});

export function answer(...resources: readonly (Resource | readonly Resource[])[]): Bundle {
  const entry = [people, ...resources].flat().map((resource) => ({ resource }));
  return { resourceType: 'Bundle', type: 'collection', entry } as unknown as Bundle;
}

const people: Resource[] = [
  {
    resourceType: 'Patient',
    id: 'p',
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' }],
    name: [{ use: 'official', family: 'Hartley', given: ['Maya', 'Rose'] }],
    gender: 'female',
    birthDate: '1984-05-09',
    generalPractitioner: [{ reference: 'Practitioner/d' }],
    managingOrganization: { reference: 'Organization/o' },
  },
  {
    resourceType: 'Organization',
    id: 'o',
    name: 'Fellside Surgery',
    identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'Z90001' }],
  },
  { resourceType: 'Practitioner', id: 'd', name: [{ prefix: ['Dr'], given: ['Ines'], family: 'Larkspur' }] },
];

/** A primary list. Its entries are references, or placeholders in words where they hold a space. */
export function areaList(
  area: ClinicalArea,
  entries: readonly string[],
  note?: string,
  warning?: string,
): Resource {
  return listOfCode(clinicalAreas[area].listCode, clinicalAreas[area].title, entries, note, warning);
}

export function listOfCode(
  code: string,
  title: string,
  entries: readonly string[],
  note?: string,
  warning?: string,
): Resource {
  return {
    resourceType: 'List',
    title,
    code: { coding: [{ code }] },
    entry: entries.map(entryOf),
    ...(note ? { note: [{ text: note }] } : {}),
    ...(warning ? { extension: [{ url: extension('ListWarningCode'), valueCode: warning }] } : {}),
  };
}

const entryOf = (text: string) => ({ item: text.includes(' ') ? { display: text } : { reference: text } });

export function endedList(allergy: Resource): Resource {
  return {
    ...listOfCode(endedAllergiesList.code, endedAllergiesList.title, [`#${allergy.id}`]),
    contained: [allergy],
  };
}

export function allergy(id: string, term: string, ended?: { date: string; reason: string }): Resource {
  return {
    resourceType: 'AllergyIntolerance',
    id,
    clinicalStatus: ended ? 'resolved' : 'active',
    category: ['medication'],
    code: snomed('91936005', term),
    assertedDate: '2011-03-02',
    ...(ended
      ? {
          extension: [
            {
              url: extension('AllergyIntoleranceEnd'),
              extension: [
                { url: 'endDate', valueDateTime: ended.date },
                { url: 'reasonEnded', valueString: ended.reason },
              ],
            },
          ],
        }
      : {}),
  };
}

/** Links are references, or placeholders in words where they hold a space. */
export function problem(id: string, term: string, links: readonly string[]): Resource {
  return {
    resourceType: 'Condition',
    id,
    clinicalStatus: 'active',
    code: snomed('73211009', term),
    extension: links.map((text) => ({
      url: extension('RelatedClinicalContent'),
      valueReference: entryOf(text).item,
    })),
  };
}

export function observation(id: string, date: string, value: unknown, more: object = {}): Resource {
  return {
    resourceType: 'Observation',
    id,
    code: snomed('27113001', 'Body weight'),
    effectiveDateTime: date,
    valueQuantity: { value, unit: 'kg' },
    ...more,
  };
}

export function pressure(id: string, date: string, systolic: number, diastolic: number): Resource {
  const part = (code: string, name: string, value: number) => ({
    code: snomed(code, name),
    valueQuantity: { value, unit: 'mmHg' },
  });
  return {
    resourceType: 'Observation',
    id,
    code: snomed('75367002', 'Blood pressure'),
    effectiveDateTime: date,
    component: [part('72313002', 'Systolic', systolic), part('1091811000000102', 'Diastolic', diastolic)],
  };
}

/** Statement, plan and issues of a drug; problems link the plan. */
export function medication(id: string, drug: string, issues: readonly string[]): Resource[] {
  const based = { basedOn: [{ reference: `MedicationRequest/${id}-plan` }] };
  return [
    { resourceType: 'Medication', id: `${id}-drug`, code: snomed('39', drug) },
    {
      resourceType: 'MedicationStatement',
      id,
      status: 'active',
      ...based,
      medicationReference: { reference: `Medication/${id}-drug` },
      effectivePeriod: { start: '2024-01-02' },
      dosage: [{ text: 'One a day' }],
    },
    { resourceType: 'MedicationRequest', id: `${id}-plan`, intent: 'plan' },
    ...issues.map((start, at) => ({
      resourceType: 'MedicationRequest',
      id: `${id}-issue${at}`,
      intent: 'order',
      ...based,
      dispenseRequest: { validityPeriod: { start }, quantity: { value: 28, unit: 'tablet' } },
    })),
  ];
}

export function immunisation(id: string, notGiven: boolean): Resource {
  return {
    resourceType: 'Immunization',
    id,
    notGiven,
    date: '2024-10-10',
    primarySource: true,
    vaccineCode: snomed('39114911000001105', 'Influenza vaccine'),
  };
}

export function warning(parameter: string, text: string): Resource {
  return {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'warning', code: 'not-supported', details: { text }, diagnostics: parameter }],
  };
}

/** An encounter with one topic and one heading that holds the entries. */
export function consultation(entries: readonly string[]): Resource[] {
  const level = (id: string, code: string, title: string, items: readonly string[]): Resource => ({
    ...listOfCode(code, title, items),
    id,
    encounter: { reference: 'Encounter/e' },
  });
  return [
    {
      resourceType: 'Encounter',
      id: 'e',
      status: 'finished',
      period: { start: '2025-09-30T09:20:00+01:00', end: '2025-09-30T09:35:00+01:00' },
    },
    level('l1', '325851000000107', 'GP surgery', ['List/l2']),
    level('l2', '25851000000105', 'Review', ['List/l3']),
    level('l3', '24781000000107', 'History', entries),
  ];
}
