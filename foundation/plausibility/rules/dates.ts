// Clinical dates against each other, birth, death and today. spec: messaging §10.6 (DT-01 to DT-07)
import type { FhirDate } from '../../fhir/index.ts';
import { code } from '../contract-tables.ts';
import { dateOf, type Facts } from '../facts.ts';
import type { Hit, RuleCheck } from '../rule.ts';

const minute = 60_000;
const day = 86_400_000;

interface ClinicalDate {
  readonly ref: string;
  readonly element: string;
  readonly text: string;
  readonly date: FhirDate;
}

const readOnce = new WeakMap<Facts, readonly ClinicalDate[]>();

/** Every clinical date of a message, read once for all rules of the family. */
function clinicalDates(facts: Facts): readonly ClinicalDate[] {
  let all = readOnce.get(facts);
  if (all === undefined) {
    all = [...readDates(facts)];
    readOnce.set(facts, all);
  }
  return all;
}

function* readDates(facts: Facts): Generator<ClinicalDate> {
  const { content } = facts;
  const given: [string, string, string | undefined][] = [
    [content.composition.fullUrl, 'Composition.date', content.composition.resource.date],
    [content.encounter.fullUrl, 'Encounter.period.start', content.encounter.resource.period?.start],
    [content.encounter.fullUrl, 'Encounter.period.end', content.encounter.resource.period?.end],
  ];
  for (const { fullUrl, resource } of content.observations) {
    given.push([fullUrl, 'Observation.effectiveDateTime', resource.effectiveDateTime]);
    given.push([fullUrl, 'Observation.effectivePeriod.start', resource.effectivePeriod?.start]);
    given.push([fullUrl, 'Observation.issued', resource.issued]);
  }
  for (const { fullUrl, resource } of content.clinicalImpressions)
    given.push([fullUrl, 'ClinicalImpression.date', resource.date]);
  for (const { fullUrl, resource } of content.conditions) {
    given.push([fullUrl, 'Condition.assertedDate', resource.assertedDate]);
    given.push([fullUrl, 'Condition.onsetDateTime', resource.onsetDateTime]);
  }
  for (const { fullUrl, resource } of content.medicationDispenses) {
    given.push([fullUrl, 'MedicationDispense.whenPrepared', resource.whenPrepared]);
    given.push([fullUrl, 'MedicationDispense.whenHandedOver', resource.whenHandedOver]);
  }
  for (const [ref, element, text] of given) {
    const date = dateOf(text);
    if (text !== undefined && date !== undefined) yield { ref, element, text, date };
  }
}

const hit = ({ ref, element, text }: ClinicalDate, message: string): Hit => ({
  itemRef: ref,
  message: `${element} ${message}`,
  parameters: { element, date: text },
});

function* offTheEncounter(facts: Facts, days: number, ambulatoryDays: number): Generator<Hit> {
  const encounter = facts.encounterStart;
  if (encounter === undefined) return;
  const isFar = (date: FhirDate, allowed: number): boolean =>
    date.start < encounter.start - allowed * day - day + 1 ||
    date.start >= encounter.start + (allowed + 1) * day;
  const ambulatory = new Set(
    [
      ...facts.pressures.filter(({ kind }) => kind === 'averageAmbulatory'),
      ...facts.observations.filter((found) => found.code === code.ambulatoryReport),
    ].map(({ ref }) => ref),
  );
  for (const found of clinicalDates(facts)) {
    const isItem = /^Observation\.effective|whenHandedOver$/.test(found.element);
    if (!isItem || !isFar(found.date, ambulatory.has(found.ref) ? ambulatoryDays : days)) continue;
    yield hit(found, 'is not the day of the encounter');
  }
}

/** The rules of the family. */
export const dateRules: readonly RuleCheck[] = [
  {
    id: 'DT-01',
    *check(facts, parameters) {
      const latest = facts.now + parameters.number('minutes') * minute;
      for (const found of clinicalDates(facts))
        if (found.date.start > latest) yield hit(found, 'is in the future');
    },
  },
  {
    id: 'DT-02',
    *check(facts) {
      const { birth } = facts;
      if (birth === undefined) return;
      for (const found of clinicalDates(facts))
        if (found.date.end <= birth.start) yield hit(found, 'is before birth');
    },
  },
  {
    id: 'DT-03',
    needs: ['demographics'],
    *check(facts) {
      const death = dateOf(facts.record.demographics?.deceasedDate);
      if (death === undefined) return;
      for (const found of clinicalDates(facts)) {
        // What was written down later about the time before is no entry after death.
        if (!/issued$|Composition/.test(found.element) && found.date.start >= death.end)
          yield hit(found, 'is after death');
      }
    },
  },
  {
    id: 'DT-04',
    *check(facts, parameters) {
      if (facts.encounterStart === undefined) return;
      const age = Math.floor((facts.receivedAt - facts.encounterStart.start) / day);
      if (age <= parameters.number('days')) return;
      yield {
        itemRef: facts.content.encounter.fullUrl,
        message: `The encounter was ${age} days before receipt`,
        parameters: { days: age },
        ...(age > parameters.number('blockDays') ? { as: 'veryOld' } : {}),
      };
    },
  },
  {
    id: 'DT-05',
    check: (facts, parameters) =>
      offTheEncounter(facts, parameters.number('days'), parameters.number('ambulatoryDays')),
  },
  {
    id: 'DT-06',
    *check(facts) {
      for (const { ref, resource, effective } of facts.observations) {
        const issued = dateOf(resource.issued);
        if (issued === undefined || effective === undefined || issued.end > effective.start) continue;
        yield {
          itemRef: ref,
          message: 'Issued before it was measured',
          parameters: { issued: resource.issued, effective: resource.effectiveDateTime },
        };
      }
    },
  },
  {
    id: 'DT-07',
    applies: (facts) => facts.content.sentAt !== undefined,
    *check(facts, parameters) {
      const sentAt = dateOf(facts.content.sentAt);
      if (sentAt === undefined || facts.encounterStart === undefined) return;
      const hours = (sentAt.start - facts.encounterStart.end) / 3_600_000;
      if (hours > parameters.number('hours')) {
        yield {
          itemRef: facts.content.encounter.fullUrl,
          message: `Sent ${Math.round(hours)} hours after the encounter`,
          parameters: { hours: Math.round(hours) },
        };
      }
    },
  },
];
