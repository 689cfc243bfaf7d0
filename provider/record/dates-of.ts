// The relevant date of each kind of resource. spec: access-record-structured §4, access-document §4.2
import { isObject, type ResourceJson } from './json.ts';
import { firstDate, noDate, periodOf, type Stretch, stretchOf } from './when.ts';

type DateRule = (resource: ResourceJson) => Stretch;

const element =
  (...names: readonly string[]): DateRule =>
  (resource) =>
    firstDate(resource, ...names);

const dateRules: Readonly<Record<string, DateRule>> = {
  AllergyIntolerance: element('assertedDate', 'onsetDateTime'),
  Condition: (condition) => {
    const onset = firstDate(condition, 'onsetDateTime', 'onsetPeriod', 'assertedDate');
    return { from: onset.from, to: stretchOf(condition.abatementDateTime)?.to ?? null };
  },
  DiagnosticReport: element('issued'),
  DocumentReference: element('created', 'indexed'),
  Encounter: element('period'),
  Immunization: element('date'),
  List: element('date'),
  MedicationRequest: element('authoredOn'),
  // An old payload's single date is the start of a course whose end is not known.
  MedicationStatement: (statement) =>
    isObject(statement.effectivePeriod)
      ? periodOf(statement.effectivePeriod)
      : { from: stretchOf(statement.effectiveDateTime)?.from ?? null, to: null },
  Observation: element('effectiveDateTime', 'effectivePeriod'),
  ProcedureRequest: element('occurrenceDateTime', 'occurrencePeriod'),
  QuestionnaireResponse: element('authored'),
  ReferralRequest: element('authoredOn'),
  Specimen: (specimen) => {
    const collected = isObject(specimen.collection)
      ? firstDate({ ...specimen.collection }, 'collectedDateTime', 'collectedPeriod')
      : noDate;
    return collected.from === null ? firstDate(specimen, 'receivedTime') : collected;
  },
};

/** First and last instant of the relevant date; both null where the resource has none. */
export function datesOf(resource: ResourceJson): Stretch {
  return dateRules[resource.resourceType]?.(resource) ?? noDate;
}
