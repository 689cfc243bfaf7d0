// The inbox, where messages are received, reviewed and filed: what other capabilities may use.
export { type PracticeServerDependencies, practiceServer } from './api/practice-server.ts';
export { practiceRoutes } from './api/routes.ts';
export { firstBrokenEvent } from './events.ts';
export { type Inbox, type InboxDependencies, openInbox } from './open-inbox.ts';
export { type PlausibilityRules, plausibilityRules } from './plausibility-rules.ts';
export type * from './ports.ts';
export { readArrival } from './receiving/collect.ts';
export type { Arrival } from './receiving/keep.ts';
export type { Received } from './receiving/receive-message.ts';
export { type Decision, decisionRules, refusalReasons } from './review/decision-rules.ts';
export type { ItemView } from './review/open-item.ts';
export { type InboxFaultCode, InboxRefusal, inboxFaults } from './review/refusals.ts';
export { inboxMigrations } from './schema.ts';
export { changeSettings, type InboxSettings, inboxSettings, settingsOf } from './settings.ts';
