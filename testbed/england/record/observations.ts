// Observations of the uncategorised area: coded entries, numbers, blood pressures, notes, hierarchies.
// spec: access-record-structured §11.8

import type {
  CodeableConcept,
  Observation,
  ObservationComponent,
  Reference,
} from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import { codeable, coded, comment, deepFreeze } from './codes.ts';
import { contextOf, dateOf, instantOf, type Occasion, type RecordWriter } from './writer.ts';

export interface ObservationFacts {
  readonly code?: CodeableConcept;
  readonly comment?: string;
  readonly value?: number;
  readonly unit?: string;
  /** Free text result, or a dated one. */
  readonly text?: string;
  readonly range?: { low?: number; high?: number; text?: string };
  readonly component?: ObservationComponent[];
  readonly performer?: Reference[];
  /** For entries whose time of day is not known. */
  readonly dateOnly?: boolean;
}

/** A quantity in UCUM units. */
export const quantity = (value: number, unit: string) => ({ value, unit, system: system.ucum, code: unit });

/** One coded entry, with at most one value. Answers the reference to it. */
export function observe(
  writer: RecordWriter,
  at: Occasion,
  conceptId: string,
  facts: ObservationFacts = {},
): Reference {
  return writer.add(observation(writer, at, conceptId, facts));
}

function observation(
  writer: RecordWriter,
  at: Occasion,
  conceptId: string,
  facts: ObservationFacts,
): Observation {
  const id = writer.newId();
  const made: Observation = {
    resourceType: 'Observation',
    id,
    meta: writer.meta('Observation'),
    identifier: writer.identifier(id),
    status: 'final',
    code: facts.code ?? codeable(writer.style, conceptId),
    subject: writer.patient,
    ...contextOf(at),
    effectiveDateTime: facts.dateOnly ? dateOf(at) : instantOf(at),
    issued: instantOf(at),
    performer: facts.performer ?? [at.clinician.reference],
  };
  if (facts.value !== undefined) made.valueQuantity = quantity(facts.value, facts.unit ?? '1');
  if (facts.text !== undefined) made.valueString = facts.text;
  if (facts.comment !== undefined) made.comment = facts.comment;
  if (facts.range !== undefined) made.referenceRange = [rangeOf(facts.range, facts.unit)];
  if (facts.component !== undefined) made.component = facts.component;
  return made;
}

/** Low and high as quantities, or the text alone where the laboratory wrote one. */
export function rangeOf(range: NonNullable<ObservationFacts['range']>, unit = '1') {
  return {
    ...(range.low === undefined ? {} : { low: quantity(range.low, unit) }),
    ...(range.high === undefined ? {} : { high: quantity(range.high, unit) }),
    ...(range.text === undefined ? {} : { text: range.text }),
  };
}

/** Free text of a consultation. */
export function note(writer: RecordWriter, at: Occasion, text: string): Reference {
  return observe(writer, at, comment, { comment: text });
}

const panels = {
  usual: ['163020007', '72313002', '1091811000000102'],
  plain: ['75367002', '271649006', '271650006'],
  sitting: ['163035008', '407554009', '407555005'],
  standing: ['163034007', '400974009', '400975005'],
  lying: ['163033001', '407556006', '407557002'],
} as const;
export type Posture = keyof typeof panels;

const absent = deepFreeze(coded('http://hl7.org/fhir/data-absent-reason', 'unknown', 'Unknown'));

/** A blood pressure with its two components; a half that was not taken says so. */
export function bloodPressure(
  writer: RecordWriter,
  at: Occasion,
  systolic: number | null,
  diastolic: number | null,
  posture: Posture = 'usual',
): Reference {
  const [panel, ...halves] = panels[posture];
  const component = [systolic, diastolic].map((value, half): ObservationComponent => {
    const code = codeable(writer.style, halves[half]!);
    return value === null
      ? { code, dataAbsentReason: absent }
      : { code, valueQuantity: quantity(value, 'mm[Hg]') };
  });
  return observe(writer, at, panel, { component });
}

/** A parent entry with children below it, each an entry of its own. Answers the references, parent first. */
export function hierarchy(
  writer: RecordWriter,
  at: Occasion,
  parent: [conceptId: string, facts?: ObservationFacts],
  children: readonly [conceptId: string, facts?: ObservationFacts][],
): Reference[] {
  const top = observation(writer, at, parent[0], parent[1] ?? {});
  const topReference = writer.add(top);
  const below = children.map(([conceptId, facts]) => {
    const child = observation(writer, at, conceptId, facts ?? {});
    child.related = [{ type: 'derived-from', target: topReference }];
    return writer.add(child);
  });
  top.related = below.map((target) => ({ type: 'has-member', target }));
  return [topReference, ...below];
}

/** A referral received by the practice: an entry whose further fields are components. */
export function inboundReferral(
  writer: RecordWriter,
  at: Occasion,
  from: Reference,
  reason: string,
): Reference {
  return observe(writer, at, '183561008', {
    performer: [from],
    comment: 'Referral received by letter',
    component: [
      { code: { text: 'Reason' }, valueString: reason },
      { code: { text: 'Urgency' }, valueString: 'Routine' },
    ],
  });
}
