// Test support: the part of the checklist that looks into each clinical area.
// spec: access-record-structured §19 (6, 9–15)
import type { Answer, Any } from './conformance.ts';
import { listRows } from './list-tables.ts';
import type { StructuredRequest } from './request.ts';

type Check = (answer: Answer, request: StructuredRequest) => string[];

const tailOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
const extensionsOf = (resource: Any, tail: string): Any[] =>
  (resource.extension ?? []).filter(({ url }: Any) => tailOf(url) === tail);
const resolve = (answer: Answer, reference: Any): Any => answer.byKey.get(reference?.reference);

function each(
  resources: readonly Any[],
  rules: Readonly<Record<string, (resource: Any) => boolean>>,
): string[] {
  return resources.flatMap((resource) =>
    Object.entries(rules)
      .filter(([, holds]) => !holds(resource))
      .map(([rule]) => `${rule} (${resource.resourceType}/${resource.id})`),
  );
}

const lacks =
  (...elements: readonly string[]) =>
  (resource: Any) =>
    elements.every((element) => resource[element] === undefined);

function items(answer: Answer, key: string): string[] {
  const row = listRows.find((candidate) => candidate.key === key)!;
  return answer.list(row).flatMap((list) => (list.entry ?? []).map(({ item }: Any) => item.reference));
}

const anchors: Readonly<Record<string, (resource: Any) => boolean>> = {
  medications: ({ resourceType }) => resourceType === 'MedicationStatement',
  consultations: ({ resourceType }) => resourceType === 'Encounter',
  problems: () => false,
  uncategorised: ({ resourceType }) => resourceType === 'Observation',
  investigations: ({ resourceType }) => resourceType === 'DiagnosticReport',
  referrals: ({ resourceType }) => resourceType === 'ReferralRequest',
  diary: ({ resourceType }) => resourceType === 'ProcedureRequest',
  allergies: ({ resourceType }) => resourceType === 'AllergyIntolerance',
  immunisations: ({ resourceType }) => resourceType === 'Immunization' || resourceType === 'Observation',
};

const anchorCounts: Check = (answer, { areas }) => {
  const [area, ...others] = Object.keys(areas);
  if (area === undefined || others.length > 0 || area === 'problems') return [];
  const present = answer.resources.filter(anchors[area]!).length;
  const listed = items(answer, area).length;
  return present === listed ? [] : [`6: ${present} anchors, ${listed} entries in ${area}`];
};

const allergies: Check = (answer) => [
  ...each(
    [...answer.all('AllergyIntolerance'), ...answer.all('List').flatMap((list) => list.contained ?? [])],
    {
      '9: unconfirmed': ({ verificationStatus }) => verificationStatus === 'unconfirmed',
      '9: category': ({ category }) =>
        category.every((one: string) => /^(medication|environment)$/.test(one)),
      '9: reactions': ({ reaction }) => (reaction?.length ?? 0) <= 1,
      '9: recorder and date': ({ recorder, assertedDate }) =>
        recorder !== undefined && assertedDate !== undefined,
    },
  ),
  ...each(answer.all('AllergyIntolerance'), {
    '9: active': ({ clinicalStatus }) => clinicalStatus === 'active',
  }),
  ...each(
    answer.all('List').flatMap((list) => list.contained ?? []),
    {
      '9: ended': (allergy) =>
        allergy.clinicalStatus === 'resolved' &&
        extensionsOf(allergy, 'Extension-CareConnect-GPC-AllergyIntoleranceEnd-1')[0]?.extension.length === 2,
    },
  ),
];

const medications: Check = (answer, { areas }) => {
  const requests = answer.all('MedicationRequest');
  const plans = requests.filter(({ intent }) => intent === 'plan');
  const orders = requests.filter(({ intent }) => intent === 'order');
  const onlyMedications = Object.keys(areas).join() === 'medications';
  const typeOf = (request: Any) =>
    extensionsOf(request, 'Extension-CareConnect-GPC-PrescriptionType-1')[0]?.valueCodeableConcept.coding[0]
      .code;
  return [
    ...each(answer.all('MedicationStatement'), {
      '10: agency': (one) => extensionsOf(one, 'Extension-CareConnect-GPC-PrescribingAgency-1').length === 1,
      '10: based on one plan': ({ basedOn }) =>
        basedOn?.length === 1 && resolve(answer, basedOn[0])?.intent === 'plan',
      '10: medication': ({ medicationReference }) => resolve(answer, medicationReference) !== undefined,
      '10: start, taken, dosage, status': ({ effectivePeriod, taken, dosage, status }) =>
        effectivePeriod.start !== undefined &&
        taken === 'unk' &&
        dosage.length === 1 &&
        dosage[0].text !== undefined &&
        /^(active|completed|stopped)$/.test(status),
    }),
    ...each(requests, {
      '10: one dosage instruction': ({ dosageInstruction }) => dosageInstruction?.[0]?.text !== undefined,
      '10: validity': ({ dispenseRequest }) => dispenseRequest.validityPeriod.start !== undefined,
      '10: drug': ({ medicationReference }) => resolve(answer, medicationReference) !== undefined,
    }),
    ...each(orders, {
      '10: order based on a plan': ({ basedOn }) => resolve(answer, basedOn?.[0])?.intent === 'plan',
      '10: no repeat information': (one) =>
        extensionsOf(one, 'Extension-CareConnect-GPC-MedicationRepeatInformation-1').length === 0,
      '10: no issues asked for': () => !(onlyMedications && areas.medications?.issues === false),
    }),
    ...each(plans, {
      '10: plan without basedOn': lacks('basedOn'),
      '10: one issue of an acute': (plan) =>
        typeOf(plan) !== 'acute' ||
        orders.filter(({ basedOn }) => basedOn[0].reference === `MedicationRequest/${plan.id}`).length <= 1,
    }),
  ];
};

const relatedHeaders = (condition: Any): { type: string; target: string }[] =>
  extensionsOf(condition, 'Extension-CareConnect-RelatedProblemHeader-1').map(({ extension }) => ({
    type: extension.find(({ url }: Any) => url === 'type')?.valueCode,
    target: extension.find(({ url }: Any) => url === 'target')?.valueReference.reference,
  }));

const opposite: Readonly<Record<string, string>> = { parent: 'child', child: 'parent', sibling: 'sibling' };

const problems: Check = (answer, { areas }) =>
  each(answer.all('Condition'), {
    '11: significance': (one) =>
      /^(major|minor)$/.test(extensionsOf(one, 'Extension-CareConnect-ProblemSignificance-1')[0]?.valueCode),
    '11: status': ({ clinicalStatus }) => /^(active|inactive)$/.test(clinicalStatus),
    '11: category': ({ category }) => category[0].coding[0].code === 'problem-list-item',
    '11: asserter': ({ asserter }) => asserter !== undefined,
    '11: forbidden elements': lacks('severity', 'verificationStatus', 'bodySite', 'stage', 'evidence'),
    '11: reciprocal relations': (one) =>
      relatedHeaders(one).every(({ type, target }) => {
        const other = answer.byKey.get(target);
        return (
          other === undefined ||
          relatedHeaders(other).some(
            (back) => back.target === `Condition/${one.id}` && back.type === opposite[type],
          )
        );
      }),
    '13: context resolves': ({ context }) =>
      areas.problems === undefined || context?.reference === undefined || answer.byKey.has(context.reference),
  });

const structureCodes: Readonly<Record<string, string>> = {
  '325851000000107': 'Consultation',
  '25851000000105': 'Topic (EHR)',
  '24781000000107': 'Category (EHR)',
};

const consultations: Check = (answer, { areas }) => {
  const structure = answer.all('List').filter(({ id }) => id !== undefined);
  const found = [
    ...each(structure, {
      '12: code and display': ({ code }) => structureCodes[code.coding[0].code] === code.coding[0].display,
      '12: mandatory elements': (list) =>
        ['date', 'orderedBy', 'encounter', 'subject'].every((element) => list[element] !== undefined),
      '12: entries': ({ entry }) => entry?.length > 0,
      '12: forbidden elements': lacks('identifier', 'source', 'note', 'emptyReason'),
      '12: entries resolve or are placeholders': ({ entry }) =>
        entry.every(
          ({ item }: Any) =>
            (item.reference === undefined && item.display !== undefined) ||
            answer.byKey.has(item.reference) ||
            item.reference.startsWith('AllergyIntolerance/'),
        ),
    }),
    ...each(answer.all('Encounter'), {
      '12: recorder': ({ participant }) =>
        participant.some(({ type }: Any) => type?.[0].coding[0].code === 'REC'),
      '12: forbidden elements': lacks('class', 'priority', 'episodeOfCare', 'reason', 'diagnosis', 'partOf'),
    }),
  ];
  if (areas.consultations === undefined) {
    return structure.length === 0 ? found : [...found, '13: structure lists without consultations'];
  }
  for (const item of items(answer, 'consultations')) {
    const lists = structure.filter(
      ({ code, encounter }) => code.coding[0].code === '325851000000107' && encounter.reference === item,
    );
    if (lists.length !== 1) found.push(`12: ${item} has ${lists.length} consultation lists`);
  }
  return found;
};

const investigations: Check = (answer) =>
  each(answer.all('DiagnosticReport'), {
    '14: code': ({ code }) => code.coding[0].code === '721981007',
    '14: issued': ({ issued }) => issued !== undefined,
    '14: results': ({ result }) => (result ?? []).every((one: Any) => resolve(answer, one) !== undefined),
  });

const diary: Check = (answer) =>
  each(
    answer.all('ProcedureRequest').filter(({ intent }) => intent === 'plan'),
    {
      '15: active, dated, with a requester': ({ status, authoredOn, requester }) =>
        status === 'active' && authoredOn !== undefined && requester !== undefined,
    },
  );

export const areaProblems: Check = (answer, request) =>
  [anchorCounts, allergies, medications, problems, consultations, investigations, diary].flatMap((check) =>
    check(answer, request),
  );
