// Find a patient on the documents server: regular patients and the recently deceased. spec: access-document §3
import { refusal } from '@gp-connect/foundation/nhs';
import {
  type Answer,
  type CheckedRequest,
  type Progress,
  readWirePatient,
  resourceAnswer,
  searchNhsNumber,
  searchset,
} from '../foundations/index.ts';
import type { DocumentsDependencies } from './dependencies.ts';
import { standingOf } from './standing.ts';

export async function findDocumentsPatient(
  dependencies: DocumentsDependencies,
  request: CheckedRequest,
  progress: Progress,
): Promise<Answer> {
  const nhsNumber = searchNhsNumber(request.address.query, 'INVALID_PARAMETER');
  progress.nhsNumber = nhsNumber;
  const { ods } = request.practice.practice;
  const patient = await dependencies.records.findPatient(ods, nhsNumber);
  const standing = await standingOf(dependencies, ods, patient);
  if (standing === 'after-period') throw refusal('PATIENT_NOT_FOUND', 'No patient with this number is found');
  if (!patient || standing === 'unknown') return resourceAnswer(searchset([], request.trace));
  return resourceAnswer(
    searchset([await readWirePatient(dependencies.records, request, patient)], request.trace),
  );
}
