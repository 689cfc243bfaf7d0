// What must be put right before an Update Record message can be composed.
// spec: messaging §6, SG-20; national-service UPD-04, UPD-13
import { pharmacyServices } from '@gp-connect/foundation/itk3';
import { actionRequests } from './action-requests.ts';
import type { ComposeContext, SupplyInput, UpdateRecordInput } from './input.ts';
import { measurementCodes, pregnancyCodes } from './observation-codes.ts';
import { organisationProblems, Problems, patientProblems, practitionerProblems } from './problems.ts';

function supplyProblems(problems: Problems, supply: SupplyInput, at: number, now: Date): void {
  const field = `supplies[${at}]`;
  problems.code(`${field}.medicine`, supply.medicine, 'the medicine (dm+d)');
  problems.code(`${field}.supplyType`, supply.supplyType, 'the kind of supply');
  problems.need(`${field}.dose`, supply.dose, 'the dose in words');
  problems.need(`${field}.quantity.code`, supply.quantity.code, 'the code of the unit supplied');
  problems.need(`${field}.quantity.unit`, supply.quantity.unit, 'the unit supplied');
  if (!(supply.quantity.value > 0))
    problems.add(`${field}.quantity.value`, 'The quantity must be more than nothing');
  if (supply.daysSupply !== undefined && !(supply.daysSupply > 0)) {
    problems.add(`${field}.daysSupply`, 'The days of supply must be more than none');
  }
  if (supply.status === 'completed') {
    problems.need(`${field}.handedOver`, supply.handedOver, 'the day the medicine was handed over');
  } else if (supply.handedOver !== undefined) {
    problems.add(`${field}.handedOver`, 'A medicine that was not supplied has no day of handing over');
  }
  problems.past(`${field}.handedOver`, supply.handedOver, 'The day of handing over', now);
}

function measurementProblems(problems: Problems, input: UpdateRecordInput, now: Date): void {
  for (const [at, { systolic, diastolic, at: when }] of (input.bloodPressures ?? []).entries()) {
    const field = `bloodPressures[${at}]`;
    if (!Number.isFinite(systolic)) problems.add(`${field}.systolic`, 'Enter the systolic pressure');
    if (!Number.isFinite(diastolic)) problems.add(`${field}.diastolic`, 'Enter the diastolic pressure');
    problems.past(`${field}.at`, when, 'The time of the reading', now);
  }
  for (const [at, { kind, value, unit, at: when }] of (input.measurements ?? []).entries()) {
    const field = `measurements[${at}]`;
    if (!Number.isFinite(value)) problems.add(`${field}.value`, `Enter the ${kind}`);
    const { units } = measurementCodes[kind];
    if (unit !== undefined && !units.some(([code]) => code === unit)) {
      problems.add(`${field}.unit`, `Use one of ${units.map(([code]) => code).join(', ')}`);
    }
    problems.past(`${field}.at`, when, 'The time of the measurement', now);
  }
}

/** The author is a registered pharmacy professional. spec: national-service UPD-04 */
function authorProblems(problems: Problems, { practitioners }: UpdateRecordInput): void {
  const [author] = practitioners;
  if (author === undefined) return;
  const field = 'practitioners[0]';
  problems.need(`${field}.gphcNumber`, author.gphcNumber, 'your registration number (GPhC)');
  if (author.role === undefined) problems.add(`${field}.role`, 'Say which role you work in');
}

const plain = (text: string): string => text.trim().toLowerCase();

/** Everything wrong with the input, each with the field and what to do. */
export function updateRecordProblems(context: ComposeContext, input: UpdateRecordInput): Problems {
  const problems = new Problems();
  const { now } = context;
  if (pharmacyServices[input.service] === undefined)
    problems.add('service', 'Choose one of the four services');
  patientProblems(problems, input.patient, now);
  organisationProblems(problems, 'organisation', input.organisation);
  practitionerProblems(problems, input.practitioners, 1);
  authorProblems(problems, input);
  problems.need('seen', input.seen, 'when the patient was seen');
  problems.past('seen', input.seen, 'The day the patient was seen', now);
  problems.need('clinicalSummary', input.clinicalSummary, 'the clinical summary: reason, findings, outcome');
  for (const [heading, text] of Object.entries(input.headings ?? {})) {
    if (text.trim() === '') problems.add(`headings.${heading}`, 'Leave the heading out or fill it in');
  }
  for (const [at, complaint] of (input.presentingComplaints ?? []).entries()) {
    problems.code(`presentingComplaints[${at}]`, complaint, 'the presenting complaint');
  }
  problems.found.push(...actionRequests(input));
  measurementProblems(problems, input, now);
  for (const [at, supply] of (input.supplies ?? []).entries()) supplyProblems(problems, supply, at, now);
  if (input.ambulatoryReport !== undefined) {
    problems.need('ambulatoryReport.title', input.ambulatoryReport.title, 'a title of the report');
    if (!Buffer.from(input.ambulatoryReport.pdf.subarray(0, 5)).equals(Buffer.from('%PDF-'))) {
      problems.add('ambulatoryReport.pdf', 'The report must be a PDF');
    }
  }
  if (input.pregnancy !== undefined) {
    const { display } = pregnancyCodes[input.pregnancy.status];
    if (plain(input.pregnancy.confirmedTerm) !== plain(display)) {
      problems.add('pregnancy.confirmedTerm', `Read the words and confirm them: "${display}"`);
    }
  }
  if (input.service === 'contraception' && input.consentToShare !== true) {
    problems.add('consentToShare', 'Without the patient’s consent nothing is sent to the practice');
  }
  return problems;
}
