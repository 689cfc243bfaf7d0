// The inbox, where messages are received, reviewed and filed: what other capabilities may use.
export { type PracticeServerDependencies, practiceServer } from './api/practice-server.ts';
export { practiceRoutes } from './api/routes.ts';
export { firstBrokenEvent } from './events.ts';
export { type Inbox, type InboxDependencies, openInbox } from './open-inbox.ts';
export { type PlausibilityRules, plausibilityRules, storedRules } from './plausibility-rules.ts';
export type * from './ports.ts';
export { readArrival } from './receiving/collect.ts';
export { type Judgement, judge } from './receiving/judge.ts';
export type { Arrival } from './receiving/keep.ts';
export { sealEarlier } from './receiving/kept-raw.ts';
export type { Received } from './receiving/receive-message.ts';
export { type AnswerJournal, type AnswerSendEntry, answerJournal } from './receiving/send-journal.ts';
export { type Decision, decisionRules, refusalReasons } from './review/decision-rules.ts';
export type { ItemView } from './review/open-item.ts';
export { type InboxFaultCode, InboxRefusal, inboxFaults } from './review/refusals.ts';
export { openRulePacks, type PackView, RulePackRefusal, type RulePacks } from './rules/rule-packs.ts';
export { inboxMigrations } from './schema.ts';
export { changeSettings, type InboxSettings, inboxSettings, settingsOf } from './settings.ts';
