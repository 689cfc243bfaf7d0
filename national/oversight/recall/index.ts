// Recall of miscoded entries at the operator. spec: national-service §15

export type { RecallRoutes } from './acting.ts';
export { enablementOf, holdsOfPolicy, practicesOfDirectory } from './adapters.ts';
export type { OversightStore, RecallCase } from './cases.ts';
export { type CodeSets, codeSetsOver } from './code-sets.ts';
export { envelopesOfAudit } from './envelopes.ts';
export { recallCaseMigrations } from './migrations.ts';
export type {
  AppendEvent,
  AuditPlace,
  EnvelopeScope,
  Envelopes,
  PracticeHolds,
  RecallPorts,
  RecallPractice,
  RecallPractices,
  Recipient,
} from './ports.ts';
export { publicReport as publicRecallReport } from './reports.ts';
export { recallRoutes } from './routes.ts';
export { type OrderTransport, openOrderTransport } from './transport.ts';
export { type RecallWorker, type RecallWorkerOptions, startRecallWorker } from './worker.ts';
