// The medication triangle: statement, plan and issues over one Medication, for every kind of prescription.
// spec: access-record-structured §11.2–11.4

import type {
  CodeableConcept,
  Dosage,
  Extension,
  MedicationRequest,
  MedicationStatement,
  Quantity,
  Reference,
} from '@gp-connect/foundation/fhir';
import { nhsProfile, system } from '@gp-connect/foundation/nhs';
import { isoDay } from '../calendar.ts';
import { codeable, coded, deepFreeze, term } from './codes.ts';
import { type Medicine, type MedicineKey, medicines } from './medicines.ts';
import type { Problem } from './problems.ts';
import { contextOf, dateOf, instantOf, type Occasion, type RecordWriter } from './writer.ts';

const ext = {
  lastIssue: nhsProfile('Extension-CareConnect-GPC-MedicationStatementLastIssueDate-1'),
  agency: nhsProfile('Extension-CareConnect-GPC-PrescribingAgency-1'),
  repeat: nhsProfile('Extension-CareConnect-GPC-MedicationRepeatInformation-1'),
  statusReason: nhsProfile('Extension-CareConnect-GPC-MedicationStatusReason-1'),
  type: nhsProfile('Extension-CareConnect-GPC-PrescriptionType-1'),
  quantityText: nhsProfile('Extension-CareConnect-GPC-MedicationQuantityText-1'),
};

const prescriptionTypes = deepFreeze({
  acute: coded(system.prescriptionType, 'acute', 'Acute'),
  'delayed-prescribing': coded(system.prescriptionType, 'delayed-prescribing', 'Delayed prescribing'),
  repeat: coded(system.prescriptionType, 'repeat', 'Repeat'),
  'repeat-dispensing': coded(system.prescriptionType, 'repeat-dispensing', 'Repeat dispensing'),
});
export type PrescriptionKind = keyof typeof prescriptionTypes;

const agencies = deepFreeze({
  practice: coded(system.prescribingAgency, 'prescribed-at-gp-practice', 'Prescribed at GP practice'),
  elsewhere: coded(
    system.prescribingAgency,
    'prescribed-by-another-organisation',
    'Prescribed by another organisation',
  ),
  previous: coded(
    system.prescribingAgency,
    'prescribed-by-previous-practice',
    'Prescribed by previous practice',
  ),
});

export interface Prescription {
  readonly medicine: MedicineKey | Medicine;
  readonly kind: PrescriptionKind;
  /** Where and when it was authorised. */
  readonly at: Occasion;
  /** Days on which it was issued; may lie ahead for repeat dispensing. */
  readonly issues: readonly number[];
  /** Set when the plan is over: `stopped` needs a reason, without one it is `completed`. */
  readonly ended?: { readonly day: number; readonly reason?: string };
  readonly prior?: Reference;
  readonly agency?: keyof typeof agencies;
  /** E.g. "Hospital". */
  readonly agencyText?: string;
  readonly allowed?: number;
  readonly note?: string;
  /** Replaces the medicine's own code: mixtures, degraded and earlier codes. */
  readonly code?: CodeableConcept;
  readonly problem?: Problem;
}

export interface Prescribed {
  readonly statement: Reference;
  readonly plan: Reference;
  readonly orders: readonly Reference[];
}

/** Writes the Medication, the statement, the plan and its issues; links plan and issues to the problem. */
export function prescribe(writer: RecordWriter, facts: Prescription): Prescribed {
  const medicine = typeof facts.medicine === 'string' ? medicines[facts.medicine] : facts.medicine;
  const medication = medicationFor(writer, medicine, facts.code);
  const plan = writer.add(planOf(writer, facts, medicine, medication));
  const statement = writer.add(statementOf(writer, facts, medicine, medication, plan));
  const orders = facts.issues.map((day, n) =>
    writer.add(orderOf(writer, facts, medicine, medication, plan, day, n)),
  );
  facts.problem?.link(plan);
  for (const order of orders) facts.problem?.link(order);
  return { statement, plan, orders };
}

const known = new WeakMap<RecordWriter, Map<string, Reference>>();

/** One Medication per product and person; a confidential prescription has its own. */
function medicationFor(
  writer: RecordWriter,
  medicine: Medicine,
  code: CodeableConcept | undefined,
): Reference {
  let mine = known.get(writer);
  if (!mine) {
    mine = new Map();
    known.set(writer, mine);
  }
  const meta = writer.meta('Medication');
  const shareable = code === undefined && meta.security === undefined;
  const before = shareable ? mine.get(medicine.conceptId) : undefined;
  if (before) return before;
  const reference = writer.add({
    resourceType: 'Medication',
    id: writer.newId(),
    meta,
    code: code ?? productCode(writer, medicine),
  });
  if (shareable) mine.set(medicine.conceptId, reference);
  return reference;
}

/** dm+d; a supplier with local drug codes puts its own (made up, meaning nothing elsewhere) beside it. */
function productCode(writer: RecordWriter, medicine: Medicine): CodeableConcept {
  const code = codeable(writer.style, medicine.conceptId);
  if (!writer.style.legacyCodings) return code;
  const local = {
    system: 'https://fhir.hl7.org.uk/Id/emis-drug-codes',
    code: `DEMO${medicine.conceptId.slice(0, 7)}`,
    display: term(medicine.conceptId),
    userSelected: true,
  };
  return { coding: [local, ...code.coding!] };
}

function dosageOf(medicine: Medicine): Dosage[] {
  return [
    {
      text: medicine.directions,
      ...(medicine.patientInstruction === undefined
        ? {}
        : { patientInstruction: medicine.patientInstruction }),
    },
  ];
}

function supplyQuantity(writer: RecordWriter, medicine: Medicine): Quantity {
  return writer.style.quantity === 'text'
    ? { extension: [{ url: ext.quantityText, valueString: `${medicine.quantity} ${medicine.unit}(s)` }] }
    : { extension: [{ url: ext.quantityText, valueString: medicine.unit }], value: medicine.quantity };
}

function duration(days: number) {
  return { value: days, unit: 'day', system: system.ucum, code: 'd' };
}

function statusOf(facts: Prescription): 'active' | 'stopped' | 'completed' {
  if (!facts.ended) return 'active';
  return facts.ended.reason === undefined ? 'completed' : 'stopped';
}

function authoredOn(writer: RecordWriter, at: Occasion): string {
  return writer.style.authoredOn === 'instant' ? instantOf(at) : dateOf(at);
}

function periodOf(facts: Prescription) {
  return { start: dateOf(facts.at), ...(facts.ended ? { end: isoDay(facts.ended.day) } : {}) };
}

const isRepeat = (kind: PrescriptionKind): boolean => kind === 'repeat' || kind === 'repeat-dispensing';

function planExtensions(facts: Prescription, medicine: Medicine): Extension[] {
  const extension: Extension[] = [];
  if (isRepeat(facts.kind)) {
    const allowed = facts.allowed ?? Math.max(6, facts.issues.length);
    extension.push({
      url: ext.repeat,
      extension: [
        { url: 'numberOfRepeatPrescriptionsAllowed', valueUnsignedInt: allowed },
        { url: 'numberOfRepeatPrescriptionsIssued', valueUnsignedInt: facts.issues.length },
        {
          url: 'authorisationExpiryDate',
          valueDateTime: isoDay(facts.at.day + Math.max(365, allowed * medicine.days)),
        },
      ],
    });
  }
  if (facts.ended?.reason !== undefined) {
    extension.push({
      url: ext.statusReason,
      extension: [
        { url: 'statusReason', valueCodeableConcept: { text: facts.ended.reason } },
        { url: 'statusChangeDate', valueDateTime: isoDay(facts.ended.day) },
      ],
    });
  }
  extension.push({ url: ext.type, valueCodeableConcept: prescriptionTypes[facts.kind] });
  return extension;
}

function planOf(
  writer: RecordWriter,
  facts: Prescription,
  medicine: Medicine,
  medication: Reference,
): MedicationRequest {
  const id = writer.newId();
  return {
    resourceType: 'MedicationRequest',
    id,
    meta: writer.meta('MedicationRequest'),
    extension: planExtensions(facts, medicine),
    identifier: writer.identifier(id),
    status: statusOf(facts),
    intent: 'plan',
    medicationReference: medication,
    subject: writer.patient,
    ...contextOf(facts.at),
    authoredOn: authoredOn(writer, facts.at),
    ...(facts.agency === 'elsewhere' ? {} : { requester: { agent: facts.at.clinician.reference } }),
    recorder: facts.at.clinician.reference,
    ...(facts.note === undefined ? {} : { note: [{ text: facts.note }] }),
    dosageInstruction: dosageOf(medicine),
    dispenseRequest: {
      validityPeriod: periodOf(facts),
      quantity: supplyQuantity(writer, medicine),
      expectedSupplyDuration: duration(medicine.days),
    },
    ...(facts.prior === undefined ? {} : { priorPrescription: facts.prior }),
  };
}

function statementOf(
  writer: RecordWriter,
  facts: Prescription,
  medicine: Medicine,
  medication: Reference,
  plan: Reference,
): MedicationStatement {
  const id = writer.newId();
  const agency = agencies[facts.agency ?? 'practice'];
  const lastIssue =
    facts.kind === 'repeat-dispensing' || facts.agency === 'elsewhere' ? undefined : facts.issues.at(-1);
  return {
    resourceType: 'MedicationStatement',
    id,
    meta: writer.meta('MedicationStatement'),
    extension: [
      ...(lastIssue === undefined ? [] : [{ url: ext.lastIssue, valueDateTime: isoDay(lastIssue) }]),
      {
        url: ext.agency,
        valueCodeableConcept: facts.agencyText === undefined ? agency : { ...agency, text: facts.agencyText },
      },
    ],
    identifier: writer.identifier(id),
    basedOn: [plan],
    ...contextOf(facts.at),
    status: statusOf(facts),
    medicationReference: medication,
    effectivePeriod: periodOf(facts),
    dateAsserted: authoredOn(writer, facts.at),
    subject: writer.patient,
    taken: 'unk',
    ...(facts.note === undefined ? {} : { note: [{ text: facts.note }] }),
    dosage: dosageOf(medicine),
  };
}

function orderOf(
  writer: RecordWriter,
  facts: Prescription,
  medicine: Medicine,
  medication: Reference,
  plan: Reference,
  day: number,
  position: number,
): MedicationRequest {
  const id = writer.newId();
  const inConsultation = day === facts.at.day && facts.kind !== 'repeat-dispensing';
  const future = day > writer.today;
  const eps = `${id.slice(0, 6).toUpperCase()}-${writer.actors.practice.ods}-${id.slice(-6).toUpperCase()}`;
  const dispensed = !future && (day + position) % 3 === 0;
  const authored =
    facts.kind === 'repeat-dispensing' || inConsultation ? authoredOn(writer, facts.at) : isoDay(day);
  return {
    resourceType: 'MedicationRequest',
    id,
    meta: writer.meta('MedicationRequest'),
    extension: [{ url: ext.type, valueCodeableConcept: prescriptionTypes[facts.kind] }],
    identifier: writer.identifier(id),
    basedOn: [plan],
    ...(facts.kind === 'delayed-prescribing'
      ? {}
      : { groupIdentifier: { system: 'https://fhir.nhs.uk/Id/prescription-order-number', value: eps } }),
    status: day + medicine.days > writer.today ? 'active' : 'completed',
    intent: 'order',
    medicationReference: medication,
    subject: writer.patient,
    ...(inConsultation ? contextOf(facts.at) : {}),
    authoredOn: authored,
    requester: { agent: facts.at.clinician.reference },
    recorder: facts.at.clinician.reference,
    dosageInstruction: dosageOf(medicine),
    dispenseRequest: {
      validityPeriod: { start: isoDay(day), end: isoDay(day + medicine.days) },
      quantity: supplyQuantity(writer, medicine),
      expectedSupplyDuration: duration(medicine.days),
      ...(dispensed ? { performer: writer.outside('pharmacy').reference } : {}),
    },
  };
}
