// Responses: composing both acknowledgements, and reading whatever comes back. spec: messaging §3.1–§3.4
import { createHash } from 'node:crypto';
import {
  type Bundle,
  FhirSyntaxError,
  fromXml,
  londonDateTime,
  type MessageHeader,
  type OperationOutcome,
  parseReference,
  toXml,
} from '../fhir/index.ts';
import { handlingExtension, headerOrganisation, messageBundle } from './compose.ts';
import type { IssueCode } from './element-rules.ts';
import type { MessageIds, MessageResource } from './message.ts';
import { productOf, type RecipientType, responseEvent } from './products.ts';
import { readMessage } from './read-message.ts';
import { type Acknowledgement, responseCodes } from './response-codes.ts';
import { itkProfile, itkSystem, unreadable } from './systems.ts';

export interface ResponseFields {
  readonly code: string;
  /** Where the code allows several; the code's first otherwise. */
  readonly issue?: IssueCode;
  /** Where and why; needed on negative responses. */
  readonly diagnostics?: string;
  /** Ids of the message that is answered. */
  readonly answers: MessageIds;
  /** MESH workflow of the message: says the message definition where it could not be read. */
  readonly workflowId?: string;
  readonly responderOds: string;
  readonly responderMailbox: string;
  readonly at: Date;
  readonly newId: () => string;
}

export interface ComposedResponse {
  readonly xml: string;
  readonly messageId: string;
  readonly acknowledgement: Acknowledgement;
  readonly positive: boolean;
}

/**
 * One acknowledgement as XML. Ids that could not be read become `UNREADABLE-IN-ORIGINAL-MESSAGE`.
 * @throws RangeError for a code that is only understood and never sent, or a negative one without diagnostics.
 */
export function composeResponse(fields: ResponseFields): ComposedResponse {
  const code = responseCodes.get(fields.code);
  if (code?.use !== 'send') throw new RangeError(`${fields.code} is not a response code that is sent`);
  if (!code.positive && !fields.diagnostics) throw new RangeError('a negative response needs diagnostics');
  const { answers, newId } = fields;
  const [identifier, messageId, organisationId, outcomeId] = [newId(), newId(), newId(), newId()];
  const at = londonDateTime(fields.at);
  const header: MessageHeader = {
    resourceType: 'MessageHeader',
    id: messageId,
    meta: { profile: [itkProfile.header] },
    extension: [
      handlingExtension({
        acknowledgements: false,
        recipientType: recipientTypeOf(answers),
        messageDefinition: messageDefinitionOf(fields),
        senderReference: answers.senderReference ?? unreadable,
        localExtension: answers.localExtension ?? 'None',
      }),
    ],
    event: { system: itkSystem.event, ...responseEvent },
    sender: { reference: `urn:uuid:${organisationId}` },
    timestamp: at,
    source: { endpoint: fields.responderMailbox },
    response: {
      identifier: answers.messageId ?? unreadable,
      code: code.positive ? 'ok' : 'fatal-error',
      details: { reference: `urn:uuid:${outcomeId}` },
    },
  };
  const outcome = {
    resourceType: 'OperationOutcome',
    id: outcomeId,
    meta: { profile: [itkProfile.responseOutcome] },
    issue: [
      {
        severity: code.positive ? 'information' : 'fatal',
        code: fields.issue ?? code.issues[0]!,
        details: { coding: [{ system: itkSystem.response, code: code.code, display: code.meaning }] },
        ...(fields.diagnostics ? { diagnostics: fields.diagnostics } : {}),
      },
    ],
  };
  const bundle = messageBundle(identifier, at, [
    header as unknown as MessageResource,
    headerOrganisation(organisationId, fields.responderOds),
    outcome as unknown as MessageResource,
  ]);
  return { xml: toXml(bundle), messageId, acknowledgement: code.acknowledgement, positive: code.positive };
}

/** As the request says; for action where it says nothing that a response may carry. spec: messaging §3.4 */
const recipientTypeOf = ({ recipientType }: MessageIds): RecipientType =>
  recipientType === 'FI' ? 'FI' : 'FA';

const messageDefinitionOf = ({ answers, workflowId }: ResponseFields): string =>
  answers.messageDefinition ?? productOf(workflowId ?? '')?.messageDefinitions[0] ?? unreadable;

export interface ItkResponse {
  /** Id of the response itself; a digest of its bytes where it has none. */
  readonly messageId: string;
  /** What it answers, as written: a MessageHeader.id or message Bundle.identifier, or the unreadable literal. */
  readonly answers: string;
  readonly senderReference: string;
  readonly code: string;
  /** False for a code of no table. */
  readonly known: boolean;
  readonly acknowledgement: Acknowledgement;
  /** Negative if anything in the response says so. */
  readonly positive: boolean;
  readonly issue: string;
  readonly diagnostics: string;
  readonly display: string;
  readonly timestamp: string;
  /** ODS code of the responder, where it says so. */
  readonly responder: string | undefined;
  /** Things that do not fit, for the sender's log. */
  readonly notes: readonly string[];
}

export type ReadResponse = { response: ItkResponse } | { unreadable: string };

/** Reads an acknowledgement, of ITK3 2.10 or with the older codes. Never throws for what came from outside. */
export function readResponse(body: Uint8Array): ReadResponse {
  let bundle: Bundle;
  try {
    const resource = fromXml(body, 'STU3', { maxBytes: 5 * 1024 * 1024, maxElements: 20_000 });
    if (resource.resourceType !== 'Bundle') return { unreadable: 'is not a Bundle' };
    bundle = resource as unknown as Bundle;
  } catch (error) {
    if (!(error instanceof FhirSyntaxError)) throw error;
    return { unreadable: error.message };
  }
  const message = readMessage(bundle);
  if (message === undefined) return { unreadable: 'holds no MessageHeader' };
  const { response } = message.header.resource;
  if (response === undefined) return { unreadable: 'is not a response' };
  const outcome = outcomeOf(bundle, response.details?.reference);
  const issue = outcome?.issue?.[0];
  const coding =
    issue?.details?.coding?.find(
      ({ system }) => system === itkSystem.response || system === itkSystem.olderResponse,
    ) ?? issue?.details?.coding?.[0];
  if (coding?.code === undefined) return { unreadable: 'holds no response code' };
  const code = responseCodes.get(coding.code);
  const saysOk = response.code === 'ok' && issue?.severity === 'information';
  const positive =
    (code?.positive ?? false) && (code?.use === 'older' ? issue?.severity === 'information' : saysOk);
  const notes: string[] = [];
  if (code === undefined) notes.push(`unknown response code ${coding.code}`);
  else if (code.positive && !positive)
    notes.push(`code ${coding.code} is positive, its severity or response.code is not`);
  else if (!code.positive && saysOk)
    notes.push(`code ${coding.code} is negative, its severity and response.code are not`);
  if ((outcome?.issue?.length ?? 0) > 1) notes.push('more than one issue: the first counts');
  return {
    response: {
      messageId: message.header.messageId || createHash('sha256').update(body).digest('hex'),
      answers: response.identifier ?? '',
      senderReference: message.header.senderReference,
      code: coding.code,
      known: code !== undefined,
      acknowledgement: code?.acknowledgement ?? (coding.code.startsWith('3') ? 'business' : 'infrastructure'),
      positive,
      issue: issue?.code ?? '',
      diagnostics: issue?.diagnostics ?? '',
      display: coding.display ?? code?.meaning ?? '',
      timestamp: message.header.timestamp,
      responder: message.sender?.organisation ?? message.sender?.site,
      notes,
    },
  };
}

function outcomeOf(bundle: Bundle, reference: string | undefined): OperationOutcome | undefined {
  const outcomes = (bundle.entry ?? []).filter(
    ({ resource }) => resource?.resourceType === 'OperationOutcome',
  );
  const named = outcomes.find(
    ({ fullUrl, resource }) =>
      reference !== undefined &&
      [fullUrl, (resource as OperationOutcome).id].some((own) => own && sameId(own, reference)),
  );
  return (named ?? outcomes[0])?.resource as OperationOutcome | undefined;
}

/** A message id as it is compared: lower case, without `urn:uuid:`. */
export function bareId(id: string): string {
  const parsed = parseReference(id.trim());
  return parsed.kind === 'uuid' ? parsed.uuid : id.trim().toLowerCase();
}

const sameId = (a: string, b: string): boolean => bareId(a) === bareId(b);

/** What a sender keeps of a message to recognise its responses by. */
export interface SentIds {
  readonly messageId: string;
  readonly messageIdentifier: string;
  readonly senderReference: string;
}

/**
 * How a response belongs to a sent message: by id (MessageHeader.id or message Bundle.identifier, with or without
 * `urn:uuid:`), else by SenderReference; undefined if it does not. spec: messaging §3.2
 */
export function correlation(
  response: Pick<ItkResponse, 'answers' | 'senderReference'>,
  sent: SentIds,
): 'id' | 'sender-reference' | undefined {
  if ([sent.messageId, sent.messageIdentifier].some((id) => sameId(id, response.answers))) return 'id';
  return response.senderReference !== '' && sameId(response.senderReference, sent.senderReference)
    ? 'sender-reference'
    : undefined;
}
