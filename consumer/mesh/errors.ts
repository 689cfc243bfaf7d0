// What can go wrong at a mailbox, as classes with stable codes. spec: mesh §6, §8

/** Root of every error of this room. */
export class MeshError extends Error {
  /** Stable, for programs. */
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The server refused: HTTP status, and MESH's event, code and text where it gave them. */
export class MeshRefusedError extends MeshError {
  readonly status: number;
  readonly event: string;
  readonly meshCode: string;
  constructor(status: number, event: string, meshCode: string, text: string, code = 'MESH_REFUSED') {
    super(code, `MESH answered ${status}${meshCode && ` ${meshCode}`}${text && `: ${text}`}`);
    this.status = status;
    this.event = event;
    this.meshCode = meshCode;
  }
}

/** 403: token, mailbox or certificate. Never retried; alarm, and look at clock, password and shared key (C9, C10). */
export class MeshAuthenticationError extends MeshRefusedError {}

/** 404: no such message, or not one of this mailbox. */
export class MeshNotFoundError extends MeshRefusedError {}

/** 410: acknowledged, expired or not complete; it cannot be fetched any more. */
export class MeshGoneError extends MeshRefusedError {}

/** No answer, or only ones that ask to come back later, after all attempts. Nothing was changed by the last of them. */
export class MeshUnavailableError extends MeshError {
  constructor(message: string, options?: ErrorOptions) {
    super('MESH_UNAVAILABLE', message, options);
  }
}

/**
 * It is not known whether a message was accepted, and it was not sent again. Call `send` with the same `sendId`
 * later, which looks again before sending, or hand it to a person (C4).
 */
export class SendOutcomeUnknownError extends MeshError {
  readonly sendId: string;
  constructor(sendId: string, reason: string, options?: ErrorOptions) {
    super('MESH_OUTCOME_UNKNOWN', `it is not known whether the message was accepted: ${reason}`, options);
    this.sendId = sendId;
  }
}

/** What came does not fit together: another message's id, a wrong chunk, a wrong checksum. */
export class MeshIntegrityError extends MeshError {
  constructor(message: string, options?: ErrorOptions) {
    super('MESH_INTEGRITY', message, options);
  }
}

/** More bytes than the caller allowed. */
export class MeshTooLargeError extends MeshError {
  constructor(limit: number) {
    super('MESH_TOO_LARGE', `the message has more than ${limit} bytes`);
  }
}

/** The look-up found no mailbox, or several of which none may be guessed (EPL-151, EPL-150). */
export class MeshNoEndpointError extends MeshError {
  readonly found: number;
  constructor(found: number) {
    super(
      'MESH_NO_ENDPOINT',
      found === 0
        ? 'no mailbox receives this workflow there'
        : `${found} mailboxes receive this workflow there`,
    );
    this.found = found;
  }
}

/** Makes the error of an answer with a status of 400 or more; the body need not be JSON. */
export function refusedError(status: number, body: string): MeshRefusedError {
  const { event, code, text } = readFault(body);
  const made = (Kind: typeof MeshRefusedError, name: string) => new Kind(status, event, code, text, name);
  if (status === 403) return made(MeshAuthenticationError, 'MESH_FORBIDDEN');
  if (status === 404) return made(MeshNotFoundError, 'MESH_NOT_FOUND');
  if (status === 410) return made(MeshGoneError, 'MESH_GONE');
  return made(MeshRefusedError, 'MESH_REFUSED');
}

function readFault(body: string): { event: string; code: string; text: string } {
  const string = (value: unknown) => (typeof value === 'string' ? value.slice(0, 300) : '');
  try {
    const parsed = JSON.parse(body) as Record<string, unknown>;
    const detail = (Array.isArray(parsed.detail) ? parsed.detail[0] : undefined) as
      | Record<string, unknown>
      | undefined;
    return {
      event: string(detail?.event ?? parsed.errorEvent),
      code: string(detail?.code ?? parsed.errorCode),
      text: string(detail?.msg ?? parsed.errorDescription ?? parsed.message),
    };
  } catch {
    return { event: '', code: '', text: '' };
  }
}
