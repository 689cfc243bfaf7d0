// The errors of the audit log, each with a stable code.
// spec: national-service §11 (AUD-01, LOG-13, LOG-15)

/** Base of every error this room throws; `code` is stable and safe to log. */
export class AuditError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

/** The entry could not be made durable (disk full, write error) or the log is out of service: answer 500, release nothing. */
export class AuditUnavailableError extends AuditError {
  constructor(message: string, options?: ErrorOptions) {
    super('AUDIT_UNAVAILABLE', message, options);
  }
}

/** The state on disk is not one the log may continue from: it refuses to start (LOG-15). */
export class AuditRecoveryError extends AuditError {
  constructor(message: string, options?: ErrorOptions) {
    super('AUDIT_RECOVERY_REFUSED', message, options);
  }
}

/** Another live process is the one writer of this log (LOG-01). */
export class AuditLockedError extends AuditError {
  constructor(message: string) {
    super('AUDIT_LOCKED', message);
  }
}

/** A stored part, record, tile or checkpoint is not what the tree committed to: a security incident, nothing is released. */
export class AuditIntegrityError extends AuditError {
  constructor(message: string, options?: ErrorOptions) {
    super('AUDIT_INTEGRITY', message, options);
  }
}

/** The entry cannot be read: not under a published checkpoint yet, its month erased, or the index never used. */
export class AuditEntryUnavailableError extends AuditError {
  readonly reason: 'not-yet' | 'erased' | 'unknown';
  constructor(reason: 'not-yet' | 'erased' | 'unknown', index: number) {
    super('AUDIT_ENTRY_UNAVAILABLE', `audit entry ${index} cannot be read: ${reason}`);
    this.reason = reason;
  }
}

/** Text or bytes that are not a well-formed checkpoint, proof, policy, entry, record or part. */
export class AuditFormatError extends AuditError {
  constructor(message: string, options?: ErrorOptions) {
    super('AUDIT_FORMAT', message, options);
  }
}
