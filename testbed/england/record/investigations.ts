// Laboratory reports as a tree: report, specimen, request, group header, results, filing comment.
// spec: access-record-structured §11.9–11.11, §1 (investigations)
import type { CodeableConcept, DiagnosticReport, Observation, Reference } from '@gp-connect/foundation/fhir';
import { hl7UkProfile } from '@gp-connect/foundation/nhs';
import { isoInstant } from '../calendar.ts';
import { codeable, coded, comment, deepFreeze } from './codes.ts';
import { quantity, rangeOf } from './observations.ts';
import { type Analyte, type PanelKey, panels } from './panels.ts';
import { contextOf, type Occasion, type RecordWriter } from './writer.ts';

const PMIP = 'urn:oid:2.16.840.1.113883.2.1.4.5.5';
const shared = deepFreeze({
  laboratory: coded('http://hl7.org/fhir/observation-category', 'laboratory', 'Laboratory'),
  reportCategory: coded('http://hl7.org/fhir/v2/0074', 'LAB', 'Laboratory'),
  H: coded('http://hl7.org/fhir/v2/0078', 'H', 'High'),
  L: coded('http://hl7.org/fhir/v2/0078', 'L', 'Low'),
  N: coded('http://hl7.org/fhir/v2/0078', 'N', 'Normal'),
  potentially: coded(
    'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-ObservationInterpretation-1',
    'PA',
    'Potentially abnormal',
  ),
});

const fasting = deepFreeze({
  url: hl7UkProfile('Extension-CareConnect-FastingStatus-1'),
  valueCodeableConcept: {
    ...coded('http://hl7.org/fhir/v2/0916', 'F', 'Patient was fasting prior to the procedure.'),
    text: 'Fasting',
  },
});

/** Values of one person that differ from the usual, by trait name. */
export type Traits = Readonly<Record<string, number>>;

export interface ReportFacts {
  readonly panel: PanelKey;
  readonly traits: Traits;
  /** Why it was asked for. */
  readonly reason?: string;
  readonly filingComment?: string;
  readonly conclusion?: string;
  readonly fasting?: true;
}

/** Files one electronic report; answers the reference to the DiagnosticReport. */
export function report(writer: RecordWriter, at: Occasion, facts: ReportFacts): Reference {
  const panel = panels[facts.panel];
  const laboratory = writer.outside('laboratory').reference;
  const issued = isoInstant(at.day, 300 + (at.minute % 120));
  const taken = isoInstant(at.day - 1, at.minute);
  const request = writer.style.labRequests
    ? labRequest(writer, at, facts, panel.title, laboratory)
    : undefined;
  const specimen = specimenOf(writer, at, taken, issued, facts);
  const base = { laboratory, issued, taken, specimen };
  const header = panel.group === undefined ? undefined : headerOf(writer, base, panel.group);
  const headerReference = header && writer.add(header);
  const results = panel.analytes.map((analyte) =>
    writer.add(resultOf(writer, at, base, analyte, facts.traits, headerReference)),
  );
  if (header) header.related = results.map((target) => ({ type: 'has-member', target }));
  const top = headerReference ? [headerReference] : [...results];
  if (facts.filingComment !== undefined) top.push(filingComment(writer, at, facts.filingComment, top[0]!));
  const id = writer.newId();
  const made: DiagnosticReport = {
    resourceType: 'DiagnosticReport',
    id,
    meta: writer.meta('DiagnosticReport'),
    identifier: [
      ...writer.identifier(id),
      { system: PMIP, value: `${at.day}${id.slice(0, 5).toUpperCase()}` },
    ],
    ...(request === undefined ? {} : { basedOn: [request] }),
    status: writer.style.resultStatus,
    category: shared.reportCategory,
    code: codeable(writer.style, '721981007'),
    subject: writer.patient,
    ...contextOf(at),
    issued,
    performer: [{ actor: laboratory }],
    specimen: [specimen],
    result: top,
    ...(facts.conclusion === undefined ? {} : { conclusion: facts.conclusion }),
  };
  return writer.add(made);
}

interface Base {
  readonly laboratory: Reference;
  readonly issued: string;
  readonly taken: string;
  readonly specimen: Reference;
}

function labRequest(
  writer: RecordWriter,
  at: Occasion,
  facts: ReportFacts,
  title: string,
  laboratory: Reference,
): Reference {
  const group = panels[facts.panel].group;
  const id = writer.newId();
  return writer.add({
    resourceType: 'ProcedureRequest',
    id,
    meta: writer.meta('ProcedureRequest'),
    identifier: writer.identifier(id),
    status: 'active',
    intent: 'order',
    code: group === undefined ? { text: 'No code available' } : codeable(writer.style, group),
    subject: writer.patient,
    requester: { agent: at.clinician.reference },
    performer: laboratory,
    reasonCode: [{ text: facts.reason ?? 'Routine monitoring' }],
    note: [{ text: `${title} requested` }],
  });
}

function specimenOf(
  writer: RecordWriter,
  at: Occasion,
  taken: string,
  received: string,
  facts: ReportFacts,
): Reference {
  const id = writer.newId();
  const urine = facts.panel === 'albuminCreatinine';
  return writer.add({
    resourceType: 'Specimen',
    id,
    meta: writer.meta('Specimen'),
    identifier: writer.identifier(id),
    accessionIdentifier: { value: `NH${id.slice(0, 8).toUpperCase()}` },
    status: 'available',
    type: urine ? { text: 'Urine specimen' } : codeable(writer.style, '122555007'),
    subject: writer.patient,
    receivedTime: received,
    collection: {
      ...(facts.fasting === undefined ? {} : { extension: [fasting] }),
      collector: at.clinician.reference,
      collectedDateTime: taken,
    },
    ...(at.minute % 17 === 0
      ? { note: [{ text: 'Sample received late, interpret potassium with care.' }] }
      : {}),
  });
}

function headerOf(writer: RecordWriter, base: Base, group: string): Observation {
  const id = writer.newId();
  return {
    resourceType: 'Observation',
    id,
    meta: writer.meta('Observation'),
    identifier: writer.identifier(id),
    status: writer.style.resultStatus,
    code: codeable(writer.style, group),
    subject: writer.patient,
    effectiveDateTime: base.taken,
    issued: base.issued,
    performer: [base.laboratory],
    specimen: base.specimen,
  };
}

/** How much higher a value was for each year further back. */
const yearly: Readonly<Record<string, number>> = {
  hba1c: 1.6,
  egfr: 1.4,
  creatinine: -1.8,
  cholesterol: 0.15,
};

/** Draws the value, and reads it against the range: outside it is H or L, just outside potentially abnormal. */
function resultOf(
  writer: RecordWriter,
  at: Occasion,
  base: Base,
  analyte: Analyte,
  traits: Traits,
  header: Reference | undefined,
): Observation {
  const usual = (analyte.trait === undefined ? undefined : traits[analyte.trait]) ?? analyte.usual;
  const yearsAgo = (writer.today - at.day) / 365.25;
  const expected = usual + (yearly[analyte.trait ?? ''] ?? 0) * Math.min(8, yearsAgo);
  const scale = 10 ** analyte.decimals;
  const value = Math.max(0, Math.round(writer.chance.around(expected, analyte.spread) * scale) / scale);
  const id = writer.newId();
  const made: Observation = {
    resourceType: 'Observation',
    id,
    meta: writer.meta('Observation'),
    identifier: writer.identifier(id),
    status: writer.style.resultStatus,
    category: [shared.laboratory],
    code: codeable(writer.style, analyte.conceptId),
    subject: writer.patient,
    effectiveDateTime: base.taken,
    issued: base.issued,
    performer: [base.laboratory],
    valueQuantity: quantity(value, analyte.unit),
    specimen: base.specimen,
  };
  const interpretation = interpretationOf(analyte, value);
  if (interpretation) made.interpretation = interpretation;
  if (analyte.rangeText !== undefined) made.referenceRange = [{ text: analyte.rangeText }];
  else if (analyte.low !== undefined || analyte.high !== undefined) {
    made.referenceRange = [
      rangeOf(
        {
          ...(analyte.low === undefined ? {} : { low: analyte.low }),
          ...(analyte.high === undefined ? {} : { high: analyte.high }),
        },
        analyte.unit,
      ),
    ];
  }
  if (header) made.related = [{ type: 'derived-from', target: header }];
  return made;
}

function interpretationOf(analyte: Analyte, value: number): CodeableConcept | undefined {
  if (analyte.rangeText === '>60') return value > 60 ? shared.N : shared.L;
  if (analyte.rangeText === '<3') return value < 3 ? shared.N : shared.H;
  if (analyte.low === undefined && analyte.high === undefined) return undefined;
  if (analyte.high !== undefined && value > analyte.high)
    return value < analyte.high * 1.04 ? shared.potentially : shared.H;
  if (analyte.low !== undefined && value < analyte.low)
    return value > analyte.low * 0.96 ? shared.potentially : shared.L;
  return shared.N;
}

function filingComment(writer: RecordWriter, at: Occasion, text: string, about: Reference): Reference {
  const id = writer.newId();
  return writer.add({
    resourceType: 'Observation',
    id,
    meta: writer.meta('Observation'),
    identifier: writer.identifier(id),
    status: 'unknown',
    code: codeable(writer.style, comment),
    subject: writer.patient,
    ...contextOf(at),
    effectiveDateTime: isoInstant(at.day, at.minute + 5),
    issued: isoInstant(at.day, at.minute + 5),
    performer: [at.clinician.reference],
    comment: text,
    related: [{ type: 'derived-from', target: about }],
  });
}
