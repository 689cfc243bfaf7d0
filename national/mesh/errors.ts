// Every refusal MESH can answer, as data, and the bodies they become in v1 and v2. spec: mesh §6
import type { ApiVersion } from './media.ts';

interface Row {
  readonly status: number;
  readonly event: string;
  readonly code: string;
  readonly text: string;
}

const row = (status: number, event: string, code: string, text: string): Row => ({
  status,
  event,
  code,
  text,
});

export const meshFaults = {
  acceptFormat: row(400, '', '', 'Accept header api format incorrect'),
  authorizationUnreadable: row(403, '', '', 'Error reading from Authorization header'),
  tokenOfOtherMailbox: row(403, '', '', 'Mailbox id does not match token'),
  noMailbox: row(403, 'COLLECT', 'EPL-151', 'No mailbox matched'),
  noMailboxOnSend: row(403, 'SEND', 'EPL-151', 'No mailbox matched'),
  inactiveMailbox: row(403, '', '', 'Request Received from Inactive Mailbox'),
  invalidToken: row(403, '', '', 'Invalid Authentication Token'),
  repeatedToken: row(403, '', '', 'Error Duplicated Authentication Token'),
  malformedControl: row(400, 'TRANSFER', '06', 'MalformedControlFile'),
  invalidChecksum: row(400, 'SEND', 'Invalid checksum', 'Invalid checksum'),
  invalidFrom: row(400, 'SEND', '07', 'Invalid From Address in the control file'),
  toMissing: row(400, 'SEND', '08', 'TO_DTS missing'),
  invalidVersion: row(400, 'SEND', '09', 'Invalid version of the control file'),
  invalidMessageType: row(400, 'SEND', '11', 'Invalid Message Type for the transfer'),
  contentEncoding: row(422, 'SEND', 'UnsupportedContentEncoding', 'Unsupported content encoding'),
  chunkRange: row(417, 'SEND', 'InvalidHeaderChunks', 'Invalid chunk values sent in mex-Chunk-Range header'),
  chunkBeyondLast: row(406, 'SEND', 'InvalidHeaderChunks', 'Chunk number is beyond the last chunk'),
  changedContentEncoding: row(417, 'SEND', '', 'cannot change content encoding'),
  notUploading: row(423, 'SEND', '', 'Message is not being uploaded'),
  unregisteredRecipient: row(417, 'SEND', '12', 'Unregistered to address'),
  senderMayNotSend: row(417, 'SEND', '16', 'Sender is not allowed to send this message type'),
  held: row(423, 'RECEIVE', '', 'Message is held by the national operator'),
  workflowNotRegistered: row(417, 'SEND', '17', 'Workflow ID not registered for mailbox'),
  emptyBody: row(417, 'COLLECT', '02', 'Data file is missing or inaccessible.'),
  bodyTooLarge: row(413, 'SEND', '', 'Body is larger than one chunk may be'),
  messageTooLarge: row(413, 'SEND', '', 'Message is larger than a message may be'),
  noMessage: row(404, 'RECEIVE', '20', 'Message does not exist'),
  noLongerAvailable: row(410, 'SEND', 'Message already accepted', 'Message no longer available for download'),
  odsMissing: row(400, '', '', 'ods code missing'),
  workflowMissing: row(400, '', '', 'workflow id missing'),
  tooManyRequests: row(429, '', '', 'Too many requests'),
  unavailable: row(503, '', '', 'Service unavailable'),
  methodNotAllowed: row(405, '', '', 'Method not allowed'),
  noSuchAddress: row(404, '', '', 'There is nothing at this address'),
  noCertificate: row(400, '', '', 'A client certificate of this environment is required'),
} as const satisfies Record<string, Row>;

export type MeshFaultName = keyof typeof meshFaults;

/** A refusal with its row of the table. */
export class MeshFault extends Error {
  readonly fault: MeshFaultName;
  readonly status: number;
  readonly messageId: string | undefined;
  readonly fields: readonly string[] | undefined;
  readonly why: string | undefined;

  /** `why` follows the text of the table. */
  constructor(
    fault: MeshFaultName,
    more: { messageId?: string; fields?: readonly string[]; why?: string } = {},
  ) {
    const { text } = meshFaults[fault];
    super(more.why === undefined ? text : `${text}: ${more.why}`);
    this.name = 'MeshFault';
    this.fault = fault;
    this.status = meshFaults[fault].status;
    this.messageId = more.messageId;
    this.fields = more.fields;
    this.why = more.why;
  }

  /** The same refusal, naming the message it refused (mesh example F). */
  about(messageId: string): MeshFault {
    const { fields, why } = this;
    return new MeshFault(this.fault, {
      messageId,
      ...(fields ? { fields } : {}),
      ...(why === undefined ? {} : { why }),
    });
  }
}

/** A header or query value outside its schema: 400 with a list. */
export class SchemaFault extends Error {
  readonly status = 400;
  readonly detail: readonly { loc: readonly string[]; msg: string; type: string }[];

  constructor(where: 'header' | 'query' | 'body', name: string, msg: string, type: string) {
    super(msg);
    this.name = 'SchemaFault';
    this.detail = [{ loc: [where, name], msg, type }];
  }
}

/** A refusal without a body: the caller is no party to the message. */
export class NotYours extends Error {
  readonly status = 403;
  constructor() {
    super('not a party to this message');
    this.name = 'NotYours';
  }
}

/** The client ended the connection before its request was complete; nothing can be answered. */
export class ClientGone extends Error {
  readonly status = 400;
  constructor() {
    super('the client ended the connection');
    this.name = 'ClientGone';
  }
}

/** The body of a refusal: an object to write as JSON, or null for none. */
export function faultBody(error: unknown, version: ApiVersion, internalId: string): object | null {
  if (error instanceof MeshFault) return version === 1 ? v1Body(error) : v2Body(error, internalId);
  if (error instanceof SchemaFault) return { detail: error.detail, body: null };
  if (error instanceof NotYours) return null;
  return {
    internal_id: internalId,
    message: 'An internal error occurred.\n\nPlease contact support.',
  };
}

function v1Body({ fault, messageId, fields, message }: MeshFault): object {
  const { event, code } = meshFaults[fault];
  return {
    ...(messageId ? { messageID: messageId } : {}),
    errorEvent: event,
    errorCode: code,
    errorDescription: message,
    ...(fields ? { fields } : {}),
  };
}

function v2Body({ fault, messageId, fields, message }: MeshFault, internalId: string): object {
  const { event, code } = meshFaults[fault];
  return {
    ...(messageId ? { message_id: messageId } : {}),
    ...(internalId ? { internal_id: internalId } : {}),
    detail: [{ event, code, msg: message }],
    ...(fields ? { fields } : {}),
  };
}
