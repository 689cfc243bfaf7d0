// Signed notes: key names, key ids and verifier keys, Ed25519 signing and verifying, the text form.
// spec: national-service §11.1.1 (LOG-02), §11.1.5; C2SP signed-note v1.0.0

import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { AuditFormatError } from './errors.ts';
import { sha256 } from './merkle.ts';

/** Signature types: a log's Ed25519 signature, a witness's cosignature/v1. */
export const SIGNATURE_TYPE = { ed25519: 0x01, cosignature: 0x04 } as const;
export type SignatureType = (typeof SIGNATURE_TYPE)[keyof typeof SIGNATURE_TYPE];

const KEY_BYTES = 32;
const MAX_NOTE_BYTES = 65_536;
const MAX_SIGNATURES = 128;
const PKCS8_SEED = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_RAW = Buffer.from('302a300506032b6570032100', 'hex');

/** A key that notes are verified with. */
export interface VerifierKey {
  readonly name: string;
  readonly type: SignatureType;
  readonly keyId: string;
  readonly publicKey: Buffer;
}

/** A key that notes are signed with. */
export interface SignerKey extends VerifierKey {
  readonly privateKey: KeyObject;
}

/** Key id in hex: first 4 bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key). */
export function keyId(name: string, type: SignatureType, publicKey: Uint8Array): string {
  return sha256(Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicKey])).toString('hex', 0, 4);
}

const validName = (name: string): boolean => name.length > 0 && !/[\s+\p{Cc}]/u.test(name);

/** Signing key from a 32-byte Ed25519 seed. Throws AuditFormatError for a name with spaces or `+`, or a seed of other length. */
export function signerFromSeed(
  name: string,
  seed: Uint8Array,
  type: SignatureType = SIGNATURE_TYPE.ed25519,
): SignerKey {
  if (!validName(name)) throw new AuditFormatError('a key name has no spaces and no +');
  if (seed.length !== KEY_BYTES) throw new AuditFormatError('an Ed25519 seed has 32 bytes');
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_SEED, seed]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(SPKI_RAW.length);
  return { name, type, keyId: keyId(name, type, publicKey), publicKey, privateKey };
}

/** `{name}+{key id, hex}+{base64(type ‖ public key)}`. */
export function formatVkey({ name, type, keyId: id, publicKey }: VerifierKey): string {
  return `${name}+${id}+${Buffer.concat([Buffer.of(type), publicKey]).toString('base64')}`;
}

/** Parses a vkey. Throws AuditFormatError when it is malformed or its key id is not its own. */
export function parseVkey(vkey: string): VerifierKey {
  const [, name = '', id = '', encoded = ''] = /^([^+]+)\+([0-9a-f]{8})\+(\S+)$/.exec(vkey) ?? [];
  const bytes = decodeBase64(encoded);
  const type = bytes?.[0];
  if (
    bytes?.length !== 1 + KEY_BYTES ||
    (type !== SIGNATURE_TYPE.ed25519 && type !== SIGNATURE_TYPE.cosignature)
  ) {
    throw new AuditFormatError('malformed vkey');
  }
  const publicKey = bytes.subarray(1);
  if (!validName(name) || keyId(name, type, publicKey) !== id)
    throw new AuditFormatError('vkey with a wrong key id');
  return { name, type, keyId: id, publicKey };
}

/** Bytes of standard base64 with padding; undefined when the text is not exactly that. */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return text !== '' && bytes.toString('base64') === text ? bytes : undefined;
}

/** Ed25519 signature of `message`. */
export const signBytes = (key: SignerKey, message: Uint8Array): Buffer => sign(null, message, key.privateKey);

/** Whether `signature` is the key's Ed25519 signature of `message`. */
export function verifyBytes(key: VerifierKey, message: Uint8Array, signature: Uint8Array): boolean {
  const publicKey = createPublicKey({
    key: Buffer.concat([SPKI_RAW, key.publicKey]),
    format: 'der',
    type: 'spki',
  });
  return verify(null, message, publicKey, signature);
}

/** One signature line; `value` is what follows the key id. */
export interface NoteSignature {
  readonly name: string;
  readonly keyId: string;
  readonly value: Buffer;
}

export interface Note {
  /** The signed text, each line ended by a newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

/** `— {name} {base64(key id ‖ value)}` and a newline. */
export function signatureLine({ name, keyId: id, value }: NoteSignature): string {
  return `\u2014 ${name} ${Buffer.concat([Buffer.from(id, 'hex'), value]).toString('base64')}\n`;
}

/** Text, empty line, signature lines. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(signatureLine).join('')}`;
}

/** Parses a note. Throws AuditFormatError on control characters, a missing part, or over 64 KiB. */
export function parseNote(note: string): Note {
  const split = note.lastIndexOf('\n\n');
  if (Buffer.byteLength(note) > MAX_NOTE_BYTES || /[\p{Cc}]/u.test(note.replaceAll('\n', '')) || split < 1) {
    throw new AuditFormatError('malformed note');
  }
  const lines = note.slice(split + 2).split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_SIGNATURES) {
    throw new AuditFormatError('malformed signature lines');
  }
  const signatures = lines.map((line): NoteSignature => {
    const [, name = '', encoded = ''] = /^\u2014 (\S+) (\S+)$/.exec(line) ?? [];
    const bytes = decodeBase64(encoded);
    if (bytes === undefined || bytes.length < 5 || !validName(name)) {
      throw new AuditFormatError('malformed signature line');
    }
    return { name, keyId: bytes.toString('hex', 0, 4), value: bytes.subarray(4) };
  });
  return { text: note.slice(0, split + 1), signatures };
}

/** The signatures of a note that carry a key's name and id. */
export const signaturesBy = (note: Note, key: VerifierKey): NoteSignature[] =>
  note.signatures.filter((line) => line.name === key.name && line.keyId === key.keyId);
