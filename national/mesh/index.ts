// MESH: mailboxes, store-and-forward of messages, routing to the registered practice. spec: mesh
export type { AppendAudit } from './audit-trail.ts';
export { type TakesProduct, takesProduct } from './enablement.ts';
export type { FaultRates } from './faults.ts';
export { meshMigrations } from './migrations.ts';
export type {
  MeshPauses,
  Pause,
  PauseLift,
  PauseMode,
  PauseRequest,
  PauseScope,
} from './pauses.ts';
export { meshPausesAt, PauseRefused, type PausesAt } from './pauses-client.ts';
export type { PayloadStorage } from './payload-storage.ts';
export { meshPath } from './routes.ts';
export { openS3Storage, type S3Settings } from './s3-storage.ts';
export { type MeshSettings, meshSettings } from './settings.ts';
export { type MeshDependencies, openMeshStore, putMailboxes, type RunningMesh, startMesh } from './start.ts';
export { tokenHash } from './token.ts';
export type {
  Mailbox,
  MailboxLoad,
  MeshStore,
  PatientResolution,
  ResolvePatient,
  WorkflowRight,
} from './types.ts';
