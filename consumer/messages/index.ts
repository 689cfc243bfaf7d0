// The sender of messages to GP practices: Send Document, Update Record, Vaccination, Emergency Supply.
export {
  type Confirmation,
  confirmationRef,
  type Prepared,
} from './before-sending.ts';
export { composeEmergencySupply } from './compose-emergency-supply.ts';
export { composeSendDocument } from './compose-send-document.ts';
export { composeUpdateRecord } from './compose-update-record.ts';
export { composeVaccination } from './compose-vaccination.ts';
export type { Composed, ComposedMessage, MeshFields } from './composed.ts';
export type * from './input.ts';
export { senderJournal, senderMailbox } from './mesh-mailbox.ts';
export {
  bloodPressureCodes,
  findingCodes,
  measurementCodes,
  pregnancyCodes,
} from './observation-codes.ts';
export { plausibilityCheck } from './plausibility-check.ts';
export * from './ports.ts';
export type { InputProblem } from './problems.ts';
export { readUpdateRecord } from './read-back.ts';
export type { Collected } from './receive-responses.ts';
export type { SentSummary } from './send-due.ts';
export {
  type DeletionWarning,
  type MessageSender,
  type MessageSenderSettings,
  openMessageSender,
  StaleVersionError,
  type SubmitOptions,
  type Submitted,
} from './sender.ts';
export { defaultTimeOuts, type MessageState, nextState, type TimeOuts, transitions } from './states.ts';
export type { StoredMessage } from './store.ts';
export { type SenderDatabase, senderMigrations, type TaskKind } from './tables.ts';
export type { PersonTask } from './tasks.ts';
