// The practice's own audit of every request for its records.
export {
  type AdministrativeAct,
  type AuditedRequest,
  openPracticeAudit,
  type PracticeAudit,
  type PracticeAuditSettings,
} from './practice-audit.ts';
export type { ReadsQuery, RecordRead } from './reads-of.ts';
