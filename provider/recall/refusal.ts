// Why recall refuses something: an HTTP status, a stable code, and words for a support desk.

export class RecallRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = 'RecallRefusal';
    this.status = status;
    this.code = code;
  }
}
