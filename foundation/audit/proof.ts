// The tlog-proof file a patient keeps: making it, reading it, verifying it offline; verifying consistency from tiles.
// spec: national-service §11.1.6, §11.1.9; C2SP tlog-proof@v1

import { type Checkpoint, parseCheckpoint, signedByLog } from './checkpoint.ts';
import { commitment, encodeEntry, PARTS, type PartName, type PerPart, perPart } from './entry.ts';
import { AuditFormatError, AuditIntegrityError } from './errors.ts';
import { HASH_BYTES, leafHash } from './merkle.ts';
import { consistencyPath, consistent, foldInclusion } from './merkle-proofs.ts';
import { decodeBase64, parseVkey } from './note.ts';
import { type PublishedFiles, withHashes } from './tiles.ts';

const HEADER = 'c2sp.org/tlog-proof@v1';
const MAX_PATH = 63;
const MASK: PerPart<number> = { patient: 0x01, staff: 0x02, technical: 0x04 };

/** What `extra` says of a part: the salt of a disclosed one, the commitment of another. */
export type Slot = { readonly salt: Uint8Array } | { readonly commitment: Uint8Array };

export interface Proof {
  readonly slots: PerPart<Slot>;
  readonly index: number;
  readonly path: readonly Uint8Array[];
  /** The checkpoint with its signatures, verbatim. */
  readonly checkpoint: string;
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

function encodeExtra(slots: PerPart<Slot>): Buffer {
  let mask = 0;
  const values = PARTS.map((name) => {
    const slot = slots[name];
    if ('salt' in slot) mask |= MASK[name];
    return 'salt' in slot ? slot.salt : slot.commitment;
  });
  return Buffer.concat([Buffer.of(mask), ...values]);
}

/** Text of a tlog-proof file. */
export function formatProof(proof: Proof): string {
  const lines = [
    HEADER,
    `extra ${base64(encodeExtra(proof.slots))}`,
    `index ${proof.index}`,
    ...proof.path.map(base64),
  ];
  return `${lines.join('\n')}\n\n${proof.checkpoint}`;
}

/** Parses a tlog-proof file. Throws AuditFormatError when it is not one of ours. */
export function parseProof(text: string): Proof {
  const end = text.indexOf('\n\n');
  const [header, extraLine = '', indexLine = '', ...hashes] = text.slice(0, Math.max(end, 0)).split('\n');
  const extra = decodeBase64(/^extra (\S+)$/.exec(extraLine)?.[1] ?? '');
  const index = Number(/^index (0|[1-9][0-9]{0,15})$/.exec(indexLine)?.[1] ?? Number.NaN);
  const path = hashes.map(decodeBase64).filter((hash) => hash?.length === HASH_BYTES) as Buffer[];
  const mask = extra?.[0] ?? 0;
  if (
    header !== HEADER ||
    !Number.isSafeInteger(index) ||
    path.length !== hashes.length ||
    path.length > MAX_PATH
  ) {
    throw new AuditFormatError('malformed proof');
  }
  if (extra?.length !== 1 + PARTS.length * HASH_BYTES || mask > 7)
    throw new AuditFormatError('malformed proof: extra');
  const slots = perPart((name, position): Slot => {
    const value = extra.subarray(1 + position * HASH_BYTES, 1 + (position + 1) * HASH_BYTES);
    return (mask & MASK[name]) === 0 ? { commitment: value } : { salt: value };
  });
  return { slots, index, path, checkpoint: text.slice(end + 2) };
}

/** The exact strings of the disclosed parts; a single string where one part is disclosed. */
export type DisclosedParts = string | Partial<PerPart<string>>;

export type ProofVerdict =
  | {
      readonly valid: true;
      readonly index: number;
      readonly disclosed: readonly PartName[];
      readonly checkpoint: Checkpoint;
    }
  | { readonly valid: false; readonly reason: string };

/**
 * Verifies a proof offline: the parts as received, the path to the checkpoint's root, the log's signature.
 * Never throws for bad input: the reason says what is wrong. Witnesses are judged apart (`quorumMet`).
 */
export function verifyProof(text: string, parts: DisclosedParts, vkey: string): ProofVerdict {
  const invalid = (reason: string): ProofVerdict => ({ valid: false, reason });
  try {
    const proof = parseProof(text);
    const checkpoint = parseCheckpoint(proof.checkpoint);
    const disclosed = PARTS.filter((name) => 'salt' in proof.slots[name]);
    if (disclosed.length === 0) return invalid('the proof discloses no part');
    if (typeof parts === 'string' && disclosed.length > 1)
      return invalid('the proof discloses more than one part');
    const given = typeof parts === 'string' ? { [disclosed[0]!]: parts } : parts;
    const missing = disclosed.find((name) => given[name] === undefined);
    if (missing !== undefined) return invalid(`the ${missing} part is not given`);
    const entry = encodeEntry(
      perPart((name) => {
        const slot = proof.slots[name];
        return 'salt' in slot ? commitment(slot.salt, Buffer.from(given[name]!)) : slot.commitment;
      }),
    );
    const root = foldInclusion(leafHash(entry), proof.index, checkpoint.size, proof.path);
    if (root === undefined || !checkpoint.root.equals(root))
      return invalid('the part is not in the tree of the checkpoint');
    if (!signedByLog(checkpoint, parseVkey(vkey))) return invalid('the checkpoint is not signed by the log');
    return { valid: true, index: proof.index, disclosed, checkpoint };
  } catch (error) {
    if (error instanceof AuditFormatError) return invalid(error.message);
    throw error;
  }
}

export type ConsistencyVerdict =
  | { readonly consistent: true }
  | { readonly consistent: false; readonly reason: string };

/**
 * Verifies with the log's published tiles that the tree of `newer` begins with that of `older`.
 * Signatures are judged apart (`signedByLog`); two signed checkpoints that are not consistent are evidence of tampering.
 */
export async function verifyConsistency(
  older: Checkpoint,
  newer: Checkpoint,
  files: PublishedFiles,
): Promise<ConsistencyVerdict> {
  if (older.origin !== newer.origin)
    return { consistent: false, reason: 'the checkpoints are of different logs' };
  if (older.size > newer.size) return verifyConsistency(newer, older, files);
  try {
    const path = await withHashes(files, newer.size, (read) => consistencyPath(older.size, newer.size, read));
    if (consistent(older, newer, path)) return { consistent: true };
    return { consistent: false, reason: 'the newer tree does not begin with the older one' };
  } catch (error) {
    if (error instanceof AuditIntegrityError) return { consistent: false, reason: error.message };
    throw error;
  }
}
