// Recall at the provider: what other capabilities and the provider's server may use. spec: national-service §15
export type { Correction } from './corrected-entry.ts';
export type { Decision, Reviewer } from './decide.ts';
export { openRecallDesk, type RecallDependencies, type RecallDesk } from './desk.ts';
export { entryLedger, isHeld, type LedgerEntry, writeLedger } from './entry-ledger.ts';
export type { Exposure } from './exposure.ts';
export type { FiledEntries, ReceivedEntry } from './filed-entries.ts';
export type { AuthorAnswer, Outcome, RecallItem } from './items.ts';
export { recallMigrations } from './migrations.ts';
export {
  type AuthorAnswers,
  authorAnswers,
  type NotifySender,
  noticeBody,
  recallAnswerWorkflow,
  recallNoticeWorkflow,
  type SenderNotice,
} from './notices.ts';
export { type RecallOrder, type RecallStep, readOrder } from './order.ts';
export { type PracticeRecallRoutes, type PracticeUser, practiceRecallRoutes } from './practice-routes.ts';
export { RecallRefusal } from './refusal.ts';
export { answerRecall, isRecallAddress, type RecallRoutes } from './routes.ts';
export { type ResolvedSelector, resolvedSelector } from './selector.ts';
export type { StepAnswer } from './steps.ts';
