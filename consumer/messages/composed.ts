// A composed message with all that sending and following it needs. spec: messaging §2.5, §3.5
import { createHash } from 'node:crypto';
import { type Bundle, FhirSyntaxError, toXml } from '@gp-connect/foundation/fhir';
import {
  composeMessage,
  type MessageResource,
  type ProductId,
  patientAddress,
  product,
  receive,
} from '@gp-connect/foundation/itk3';
import type { ComposeContext, OrganisationInput, PatientInput, PreviousVersion } from './input.ts';
import { type InputProblem, type Problems, versionOf } from './problems.ts';
import { displayName } from './resources.ts';

export interface MeshFields {
  readonly from: string;
  readonly to: string;
  readonly workflowId: string;
  readonly subject: string;
  readonly localId: string;
  readonly fileName: string;
}

export interface ComposedMessage {
  readonly product: ProductId;
  readonly xml: string;
  readonly sha256: string;
  readonly bundle: Bundle;
  readonly messageId: string;
  readonly messageIdentifier: string;
  readonly documentId: string;
  readonly senderReference: string;
  readonly version: number;
  readonly replaces: PreviousVersion | undefined;
  readonly title: string;
  readonly patient: PatientInput;
  readonly organisation: OrganisationInput;
  readonly mesh: MeshFields;
}

export type Composed =
  | { readonly ok: true; readonly message: ComposedMessage }
  | { readonly ok: false; readonly problems: readonly InputProblem[] };

export interface DocumentParts {
  readonly product: ProductId;
  readonly localExtension?: string;
  readonly recipientType?: 'FA' | 'FI' | undefined;
  readonly patient: PatientInput;
  readonly organisation: OrganisationInput;
  readonly title: string;
  readonly subject: string;
  readonly documentId: string;
  readonly senderReference: string;
  readonly replaces: PreviousVersion | undefined;
  readonly resources: readonly MessageResource[];
}

/** The largest message that receivers take. spec: mesh §7 */
const largest = 5 * 1024 * 1024;

/**
 * Puts the envelope around a document, and then reads the message back as a receiver would: whatever a receiver
 * would refuse is a problem here, before it leaves.
 */
export async function finished(context: ComposeContext, parts: DocumentParts): Promise<Composed> {
  const { patient, organisation, replaces } = parts;
  const envelope = composeMessage(
    {
      product: parts.product,
      ...(parts.recipientType === undefined ? {} : { recipientType: parts.recipientType }),
      ...(parts.localExtension === undefined ? {} : { localExtension: parts.localExtension }),
      senderOds: organisation.ods,
      senderMailbox: context.sender.mailbox,
      senderReference: parts.senderReference,
      at: context.now,
      newId: context.newId,
    },
    parts.resources,
  );
  let xml: string;
  try {
    xml = toXml(envelope.bundle);
  } catch (error) {
    if (!(error instanceof FhirSyntaxError)) throw error;
    return { ok: false, problems: [{ field: error.path, message: `This cannot be sent: ${error.reason}` }] };
  }
  const to = patientAddress(patient);
  const workflowId = product(parts.product).workflowIds[0]!;
  const outcome = await receive(
    { workflowId, body: Buffer.from(xml), to },
    { now: () => context.now, maxBytes: largest },
  );
  if (outcome.kind === 'refused') return { ok: false, problems: [refused(outcome.refusal)] };
  return {
    ok: true,
    message: {
      product: parts.product,
      xml,
      sha256: createHash('sha256').update(xml).digest('hex'),
      bundle: envelope.bundle,
      messageId: envelope.messageId,
      messageIdentifier: envelope.messageIdentifier,
      documentId: parts.documentId,
      senderReference: parts.senderReference,
      version: versionOf(replaces),
      replaces,
      title: parts.title,
      patient,
      organisation,
      mesh: {
        from: context.sender.mailbox,
        to,
        workflowId,
        subject: parts.subject,
        localId: organisation.ods,
        fileName: `${envelope.messageId}.xml`,
      },
    },
  };
}

function refused({ code, path, reason }: { code: string; path: string; reason: string }): InputProblem {
  const message =
    code === '20015'
      ? 'The message is larger than 5 MB: send smaller or fewer attachments'
      : `A receiving practice would refuse this message (${code}): ${path} ${reason}`;
  return { field: path, message };
}

/** What subjects and lists show of the message. */
export function subjectParts(parts: {
  readonly title: string;
  readonly patient: PatientInput;
  readonly organisation: OrganisationInput;
  readonly replaces?: PreviousVersion | undefined;
}) {
  return {
    title: parts.title,
    patientName: displayName(parts.patient),
    nhsNumber: parts.patient.nhsNumber,
    organisation: parts.organisation.name,
    ods: parts.organisation.ods,
    version: versionOf(parts.replaces),
  };
}

/** The problems of an input, or undefined if there are none. */
export function stopped(problems: Problems): { ok: false; problems: readonly InputProblem[] } | undefined {
  return problems.found.length > 0 ? { ok: false, problems: problems.found } : undefined;
}
