// Why a reviewer's request is not carried out. spec: messaging §10.1, §10.2

export const inboxFaults = {
  NOT_SIGNED_IN: 401,
  NOT_FOUND: 404,
  NOT_ALLOWED: 403,
  CHANGED: 409,
  CLOSED: 409,
  NOT_DECIDED: 422,
  DECISION: 422,
  AMENDMENT: 422,
  RULE_PACK: 422,
  INPUT: 400,
} as const;
export type InboxFaultCode = keyof typeof inboxFaults;

/** A request of the practice's own user that cannot be carried out; the message is for that user. */
export class InboxRefusal extends Error {
  readonly code: InboxFaultCode;
  /** Its HTTP status: what is below 500 is an answer, not a failure to be logged with its stack. */
  readonly status: number;
  /** The rule or requirement behind it, e.g. `SG-03`. */
  readonly requirement: string | undefined;

  /** More that the caller is told. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    code: InboxFaultCode,
    message: string,
    requirement?: string,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = 'InboxRefusal';
    this.code = code;
    this.status = inboxFaults[code];
    this.requirement = requirement;
    this.more = more;
  }
}
