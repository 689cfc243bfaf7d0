// Provider side: what a GP system runs for the practices it hosts.
export {
  type Administration,
  AdministrationError,
  type HostedPracticeSummary,
  type ImportedFile,
  type ImportStep,
  openAdministration,
  type SwitchState,
} from './administration/index.ts';
export {
  careSettings,
  type HostedPractice,
  type Inbound,
  type InboundSwitch,
  inboundSwitchNames,
  openInbound,
  type SwitchName,
  switchNames,
} from './controls/index.ts';
export type {
  Inbox,
  InboxSettings,
  ItemView,
  Mailbox,
  OutgoingMessage,
  PackView,
  StaffUser,
  StaffVerifier,
} from './inbox/index.ts';
export { answerJournal, judge, openInbox, plausibilityRules } from './inbox/index.ts';
export * from './recall/index.ts';
export { type CanonicalRecord, type ImportReport, importRecords, type Records } from './record/index.ts';
export * from './service/index.ts';
