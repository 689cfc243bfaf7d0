// Checkpoints: the signed statement of a log's size and root; cosignatures of witnesses.
// spec: national-service §11.1.5, §11.1.7 (LOG-17); C2SP tlog-checkpoint v1.0.0, tlog-cosignature

import { AuditFormatError } from './errors.ts';
import { HASH_BYTES } from './merkle.ts';
import type { TreeHead } from './merkle-proofs.ts';
import {
  decodeBase64,
  formatNote,
  type Note,
  type NoteSignature,
  parseNote,
  SIGNATURE_TYPE,
  type SignerKey,
  signaturesBy,
  signBytes,
  type VerifierKey,
  verifyBytes,
} from './note.ts';

export interface CheckpointBody extends TreeHead {
  readonly origin: string;
  readonly root: Buffer;
}

export interface Checkpoint extends CheckpointBody {
  readonly note: Note;
}

/** The three signed lines: origin, size, base64 root. */
export function checkpointText({ origin, size, root }: CheckpointBody): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** A checkpoint signed with the log's keys (two while a key is being changed). */
export function signCheckpoint(body: CheckpointBody, signers: readonly SignerKey[]): string {
  const text = checkpointText(body);
  const signatures = signers.map(
    (key): NoteSignature => ({ name: key.name, keyId: key.keyId, value: signBytes(key, Buffer.from(text)) }),
  );
  return formatNote({ text, signatures });
}

/** Parses a checkpoint without judging its signatures. Throws AuditFormatError when it has not exactly the three lines. */
export function parseCheckpoint(text: string): Checkpoint {
  const note = parseNote(text);
  const [origin, size, encoded, ...rest] = note.text.split('\n');
  const root = decodeBase64(encoded ?? '');
  if (
    !origin ||
    !/^(0|[1-9][0-9]{0,15})$/.test(size ?? '') ||
    root?.length !== HASH_BYTES ||
    rest.join() !== ''
  ) {
    throw new AuditFormatError('malformed checkpoint');
  }
  if (rest.length !== 1 || !Number.isSafeInteger(Number(size)))
    throw new AuditFormatError('malformed checkpoint');
  return { origin, size: Number(size), root, note };
}

/** Whether the log itself signed the checkpoint: origin = key name, and a valid Ed25519 signature by that key. */
export function signedByLog(checkpoint: Checkpoint, key: VerifierKey): boolean {
  if (checkpoint.origin !== key.name || key.type !== SIGNATURE_TYPE.ed25519) return false;
  const message = Buffer.from(checkpoint.note.text);
  return signaturesBy(checkpoint.note, key).some((line) => verifyBytes(key, message, line.value));
}

const cosigned = (text: string, seconds: number): Buffer =>
  Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);

/** A witness's line for a checkpoint: uint64 Unix seconds ‖ signature. */
export function cosign(checkpoint: Checkpoint, witness: SignerKey, seconds: number): NoteSignature {
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(seconds));
  const value = Buffer.concat([time, signBytes(witness, cosigned(checkpoint.note.text, seconds))]);
  return { name: witness.name, keyId: witness.keyId, value };
}

/** Unix seconds at which the witness cosigned; undefined without a valid cosignature of it. */
export function cosignedAt(checkpoint: Checkpoint, witness: VerifierKey): number | undefined {
  if (witness.type !== SIGNATURE_TYPE.cosignature) return undefined;
  for (const { value } of signaturesBy(checkpoint.note, witness)) {
    if (value.length !== 8 + 64) continue;
    const seconds = Number(value.readBigUInt64BE(0));
    if (verifyBytes(witness, cosigned(checkpoint.note.text, seconds), value.subarray(8))) return seconds;
  }
  return undefined;
}
