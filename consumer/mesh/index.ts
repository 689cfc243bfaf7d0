// The MESH client: sending that never doubles, reading by the rules, typed errors. spec: mesh §8
export { type ConnectionSettings, type MeshConnection, openConnection, type Product } from './connection.ts';
export type { Download, DownloadOptions, StoredDownload } from './download.ts';
export * from './errors.ts';
export { gpProviderAddress, toAscii } from './headers.ts';
export type { InboxPage, ListOptions } from './inbox.ts';
export {
  memoryJournal,
  openSendJournal,
  type SendEntry,
  type SendJournal,
  type SendState,
} from './journal.ts';
export {
  type Endpoint,
  type MailboxDependencies,
  type MailboxSettings,
  type MeshMailbox,
  openMailbox,
} from './mailbox.ts';
export type { MessageInfo } from './message-info.ts';
export type { MeshPayload } from './payload.ts';
export { createPoller, type Handled, type Poller, type PollerOptions, type Round } from './poller.ts';
export type { MeshMessage, Sent } from './send.ts';
export { authorization } from './token.ts';
export type { Tracking } from './tracking.ts';
