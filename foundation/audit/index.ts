// The tamper-evident, append-only audit log: writer, reader, proofs, verification, public files.
// spec: national-service §11 (AUD), §11.1 (LOG)

export {
  type AuditAlert,
  type AuditHealth,
  AuditLog,
  type AuditLogOptions,
  type CloseOutcome,
} from './audit-log.ts';
export {
  type Checkpoint,
  type CheckpointBody,
  cosign,
  cosignedAt,
  parseCheckpoint,
  signCheckpoint,
  signedByLog,
} from './checkpoint.ts';
export { PARTS, type PartName, type PerPart } from './entry.ts';
export {
  AuditEntryUnavailableError,
  AuditError,
  AuditFormatError,
  AuditIntegrityError,
  AuditLockedError,
  AuditRecoveryError,
  AuditUnavailableError,
} from './errors.ts';
export { AuditKeyError, fileKek, type KeyStore, openKeyStore } from './key-store.ts';
export { EMPTY_ROOT, leafHash, nodeHash } from './merkle.ts';
export {
  consistencyPath,
  consistent,
  foldInclusion,
  type HashReader,
  inclusionPath,
  rootHash,
  type TreeHead,
} from './merkle-proofs.ts';
export {
  formatVkey,
  keyId,
  parseVkey,
  SIGNATURE_TYPE,
  type SignerKey,
  signerFromSeed,
  type VerifierKey,
} from './note.ts';
export type {
  AdminPart,
  AuditOrganisation,
  AuditReadPart,
  AuditRole,
  AuditSection,
  ClosePart,
  EntryKind,
  EventParts,
  Json,
  KeyDestroyedPart,
  MessagePart,
  OpenPart,
  PatientPart,
  PeerPart,
  RefusedPart,
  SealedPart,
  StaffPart,
  StartPart,
  TechnicalPart,
} from './parts.ts';
export { type Policy, parsePolicy, policyText, quorumMet, trustedLogKey } from './policy.ts';
export {
  type ConsistencyVerdict,
  type DisclosedParts,
  formatProof,
  type Proof,
  type ProofVerdict,
  parseProof,
  verifyConsistency,
  verifyProof,
} from './proof.ts';
export { AuditReader, type PartsWithProof } from './reader.ts';
export { type Month, type MonthKeys, monthOf, nhsLookup, sdsLookup } from './record.ts';
export { logFolders } from './recovery.ts';
export { type LogAnswer, serveLog, servePolicy } from './serve.ts';
export { type PublishedFiles, publishedFolder, withHashes } from './tiles.ts';
export { type LogVerdict, verifyLog } from './verify.ts';
