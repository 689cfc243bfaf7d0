// Send Document, v2 and v1 (federated consultation summary). spec: messaging §5
import { londonDateTime } from '@gp-connect/foundation/fhir';
import {
  consultationSubject,
  documentTypes,
  itkExtension,
  type MessageResource,
  messageSubject,
} from '@gp-connect/foundation/itk3';
import { type Composed, finished, stopped, subjectParts } from './composed.ts';
import type { AttachmentInput, ComposeContext, SendDocumentInput } from './input.ts';
import {
  attachmentProblems,
  organisationProblems,
  Problems,
  patientProblems,
  practitionerProblems,
  versionOf,
} from './problems.ts';
import {
  compositionResource,
  displayName,
  made,
  narrative,
  organisationResource,
  patientResource,
  refer,
  snomedConcept,
  staffResources,
} from './resources.ts';

const consultationTitle = 'Consultation report';

function problemsOf(context: ComposeContext, input: SendDocumentInput): Problems {
  const problems = new Problems();
  patientProblems(problems, input.patient, context.now);
  organisationProblems(problems, 'organisation', input.organisation);
  practitionerProblems(problems, input.practitioners, 0);
  attachmentProblems(problems, 'primary', input.primary);
  for (const [at, attachment] of (input.attachments ?? []).entries()) {
    attachmentProblems(problems, `attachments[${at}]`, attachment);
  }
  problems.past('lastSaved', londonDateTime(input.lastSaved), 'The time of the last save', context.now);
  problems.code('type', input.type, 'the document type');
  if (input.style === 'v2') {
    problems.need('title', input.title, 'a title for the receiving practice');
    if (input.confidential === true) {
      problems.add('confidential', 'A restricted document is not sent: reach the practice another way');
    }
  } else if (input.type !== undefined && input.type.code !== documentTypes.clinicalEncounter.code) {
    problems.add('type', 'A consultation summary is always a report of a clinical encounter');
  }
  return problems;
}

const binary = (context: ComposeContext, { contentType, bytes }: AttachmentInput): MessageResource =>
  made(context, 'Binary', { contentType, content: Buffer.from(bytes).toString('base64') });

/** Composes a document to be sent, or says what must be put right first. */
export async function composeSendDocument(
  context: ComposeContext,
  input: SendDocumentInput,
): Promise<Composed> {
  const refused = stopped(problemsOf(context, input));
  if (refused !== undefined) return refused;
  const isFirst = input.style === 'v1';
  const title = isFirst ? consultationTitle : input.title!;
  const type = input.type ?? documentTypes.clinicalEncounter;
  const patient = patientResource(context, input.patient);
  const organisation = organisationResource(context, input.organisation);
  const staff = input.practitioners.map((one) => staffResources(context, one, organisation));
  const attachments = [input.primary, ...(input.attachments ?? [])].map((one) => binary(context, one));
  const documentId = context.newId();
  const subject = subjectParts({ ...input, title });
  const summary = `${isFirst ? consultationTitle : type.display} for ${displayName(input.patient)}, NHS Number ${
    input.patient.nhsNumber
  }, Version ${versionOf(input.replaces)}`;
  const composition = compositionResource(context, documentId, {
    type,
    title,
    date: input.lastSaved,
    subject: patient,
    authors: staff[0] === undefined ? [organisation] : [staff[0].practitioner, organisation],
    custodian: organisation,
    replaces: input.replaces,
    section: attachments.map((attachment) => ({ entry: [refer(attachment)] })),
    more: {
      text: narrative(summary),
      extension: input.careSetting && [
        { url: itkExtension.careSetting, valueCodeableConcept: snomedConcept(input.careSetting) },
      ],
      confidentiality: 'N',
    },
  });
  return finished(context, {
    product: isFirst ? 'send-document-1' : 'send-document-2',
    recipientType: input.recipientType,
    patient: input.patient,
    organisation: input.organisation,
    title,
    subject: isFirst
      ? consultationSubject({ ...subject, confidential: input.confidential === true })
      : messageSubject(subject),
    documentId,
    senderReference: input.activityId ?? context.newId(),
    replaces: input.replaces,
    resources: [
      composition,
      patient,
      organisation,
      ...staff.flatMap(({ practitioner, role }) =>
        role === undefined ? [practitioner] : [practitioner, role],
      ),
      ...attachments,
    ],
  });
}
