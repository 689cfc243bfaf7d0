// Find and read patients, practitioners, organisations and locations. spec: foundations §13.1–13.7
import type { Patient } from '@gp-connect/foundation/fhir';
import { dstu2System, type ErrorCode, refusal, system } from '@gp-connect/foundation/nhs';
import type { PatientEntry, RecordStore } from '../record/index.ts';
import { type Answer, resourceAnswer } from './answer.ts';
import type { CheckedRequest, Progress } from './checks.ts';
import { searchIdentifier, searchNhsNumber } from './search-identifier.ts';
import { searchset } from './searchset.ts';
import { wireActor } from './wire-actor.ts';
import { wirePatient } from './wire-patient.ts';

/** On the practice's list, alive, verified and not flagged: those whom Foundations shows at all. */
export function isActiveAndVerified(patient: PatientEntry): boolean {
  return patient.active && !patient.deceased && !patient.sensitive && patient.verification === '01';
}

/** §13.1: one Patient, or the same empty answer for every reason not to show one. Dissent does not matter here. */
export async function findPatient(
  records: RecordStore,
  request: CheckedRequest,
  progress: Progress,
): Promise<Answer> {
  const { ods } = request.practice.practice;
  const nhsNumber = searchNhsNumber(request.address.query);
  progress.nhsNumber = nhsNumber;
  const patient = await records.findPatient(ods, nhsNumber);
  if (!patient || !isActiveAndVerified(patient)) return resourceAnswer(searchset([]));
  return resourceAnswer(searchset([await readWirePatient(records, request, patient)]));
}

/** §13.2 */
export async function readPatient(
  records: RecordStore,
  request: CheckedRequest,
  progress: Progress,
): Promise<Answer> {
  const patient = await records.findPatientById(request.practice.practice.ods, request.id!);
  if (patient) progress.nhsNumber = patient.nhsNumber;
  if (!patient || !isActiveAndVerified(patient))
    throw refusal('PATIENT_NOT_FOUND', 'No patient has this id here');
  return resourceAnswer(await readWirePatient(records, request, patient));
}

/** The Patient resource of an entry in wire form. @throws Refusal 500 where the record has none */
export async function readWirePatient(
  records: RecordStore,
  request: CheckedRequest,
  patient: PatientEntry,
): Promise<Patient> {
  const { ods, organizationId } = request.practice.practice;
  const stored = await records.resource(ods, 'Patient', patient.id);
  if (!stored) throw refusal('INTERNAL_SERVER_ERROR', 'The patient could not be built to its profile');
  return wirePatient(stored.json, patient, organizationId);
}

interface ActorSearch {
  readonly type: 'Practitioner' | 'Organization';
  readonly systems: readonly string[];
}

const practitioners: ActorSearch = { type: 'Practitioner', systems: [system.sdsUser] };
const organisations: ActorSearch = {
  type: 'Organization',
  systems: [system.odsOrganisation, dstu2System.odsOrganisation],
};

async function findActor(
  search: ActorSearch,
  records: RecordStore,
  request: CheckedRequest,
): Promise<Answer> {
  const value = searchIdentifier(request.address.query, search.systems);
  const found = await records.findActors(
    request.practice.practice.ods,
    search.type,
    search.systems[0]!,
    value,
  );
  return resourceAnswer(searchset(found.map(wireActor)));
}

/** §13.3 */
export const findPractitioner = findActor.bind(null, practitioners);
/** §13.5 */
export const findOrganisation = findActor.bind(null, organisations);

const unknownId: Readonly<Record<string, ErrorCode>> = {
  Practitioner: 'PRACTITIONER_NOT_FOUND',
  Organization: 'ORGANISATION_NOT_FOUND',
  Location: 'NO_RECORD_FOUND',
};

/** §13.4, §13.6, §13.7 */
export async function readActor(records: RecordStore, request: CheckedRequest): Promise<Answer> {
  const type = request.address.path.split('/')[1]!;
  const stored = await records.resource(request.practice.practice.ods, type, request.id!);
  if (!stored || stored.patientKey !== null) throw refusal(unknownId[type]!, `No ${type} has this id here`);
  return resourceAnswer(wireActor(stored.json));
}
