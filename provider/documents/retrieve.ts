// Retrieve one document as a FHIR Binary. spec: access-document §5, §8

import { parseJson } from '@gp-connect/foundation/fhir';
import { refusal } from '@gp-connect/foundation/nhs';
import type { Answer, CheckedRequest, Progress } from '../foundations/index.ts';
import { attachmentsOf, binaryIdOf, type RecordReader, type StoredBinary } from '../record/index.ts';
import { hindrance, type StoredAttachment, typeOf } from './attachment.ts';
import type { DocumentsDependencies } from './dependencies.ts';
import { openShownRecord } from './shown-record.ts';
import { checkStanding } from './standing.ts';
import { streamedBinary } from './streamed-binary.ts';

const noRecord = () => refusal('NO_RECORD_FOUND', 'No document has this id here');

/**
 * Who the document is about and what it is are checked again, whatever the search once answered.
 * @throws Refusal NO_RECORD_FOUND (404), PATIENT_NOT_FOUND (404), NO_PATIENT_CONSENT (403)
 */
export async function retrieveDocument(
  dependencies: DocumentsDependencies,
  request: CheckedRequest,
  progress: Progress,
): Promise<Answer> {
  const { ods } = request.practice.practice;
  const { records } = dependencies;
  const binary = await records.binary(ods, request.id!);
  const owner = binary && (await records.findPatientByKey(ods, binary.patientKey));
  if (!binary || !owner) throw noRecord();
  progress.nhsNumber = owner.nhsNumber;
  const patient = await checkStanding(dependencies, ods, owner);
  const attachment = await records.read(ods, patient, (reader) => shownAttachment(reader, request, binary));
  if (!attachment || hindrance(attachment, binary) !== undefined) throw noRecord();
  return streamedBinary(binary, typeOf(attachment, binary));
}

/** The attachment that names the content; undefined where a document that names it may not leave. */
async function shownAttachment(
  reader: RecordReader,
  { practice }: CheckedRequest,
  binary: StoredBinary,
): Promise<StoredAttachment | undefined> {
  const shown = await openShownRecord(reader, practice);
  const naming = new Set(
    (await reader.links())
      .filter(({ toType, toId }) => toType === 'Binary' && toId === binary.id)
      .map(({ fromSeq }) => fromSeq),
  );
  const documents = shown.documents().filter(({ seq }) => naming.has(seq));
  // One document that is withheld is enough: the content is the same.
  if (documents.length === 0 || documents.length < naming.size) return undefined;
  if (shown.graph.find('Binary', binary.id)?.confidential) return undefined;
  for await (const { json } of reader.resources([documents[0]!.seq])) {
    return attachmentsOf(parseJson(json)).find(({ url }) => binaryIdOf(url) === binary.id);
  }
  return undefined;
}
