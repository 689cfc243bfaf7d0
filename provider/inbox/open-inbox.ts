// The inbox's one door: receiving on one side, the practice's review on the other.
// spec: messaging §3–§10, national-service §13, §14
import type { PracticePack } from '@gp-connect/foundation/plausibility';
import type { Controls, Inbound } from '../controls/index.ts';
import type { Records } from '../record/index.ts';
import { carryOverEvents, firstBrokenEvent } from './events.ts';
import type { InboxStore } from './inbox-database.ts';
import type { InboxPorts, Mailbox, ReceivingPractice, StaffUser } from './ports.ts';
import { type Collected, collect } from './receiving/collect.ts';
import type { InboxRooms } from './receiving/judge.ts';
import type { Arrival } from './receiving/keep.ts';
import { sendAnswers } from './receiving/outbox.ts';
import { type Received, receiveMessage, releaseHeld } from './receiving/receive-message.ts';
import { sweepMessages } from './retention.ts';
import type { AmendmentChanges } from './review/amendment.ts';
import { type Completed, type Completion, complete } from './review/complete.ts';
import { type Counters, contradictions, counters } from './review/counters.ts';
import { acceptAll, checkAmendment, decide } from './review/decide.ts';
import type { Decision, RefusalReason } from './review/decision-rules.ts';
import { type LookBack, lookBack, makeTasks, markEnteredInError } from './review/look-back.ts';
import { listNotices, markNoticeSent } from './review/notices.ts';
import { listItems, openItem } from './review/open-item.ts';
import { patientExtract } from './review/patient-extract.ts';
import {
  type FromSender,
  quarantineEntry,
  quarantineSender,
  releaseEntry,
  releaseSender,
} from './review/quarantine-entry.ts';
import { lookBackByRules, reEvaluate } from './review/re-evaluate.ts';
import { refuseItem } from './review/refuse-item.ts';
import { previewViews, showAs } from './review/show-as.ts';
import { escalateOverdue, finishTask, listTasks } from './review/tasks.ts';
import { type ReadsWanted, whoRead, whoReadFiled } from './review/who-read.ts';
import { loadPracticePack, reportNewRules, ruleReports, rulesOf } from './rules/rule-desk.ts';

export interface InboxDependencies {
  readonly store: InboxStore;
  readonly records: Records;
  readonly controls: Controls;
  readonly inbound: Inbound;
  readonly ports: InboxPorts;
}

export type Inbox = ReturnType<typeof openInbox>;

/** Opens the inbox on a store that was brought to `inboxMigrations`. */
export function openInbox({ store, records, controls, inbound, ports }: InboxDependencies) {
  const rooms: InboxRooms = { db: store.db, records, controls, inbound, ports };
  return {
    rooms,
    /** Receives one message; durable, with its answers, once it resolves. */
    receive: (arrival: Arrival): Promise<Received> => receiveMessage(rooms, arrival),
    /** One round over a mailbox: list, download, receive, acknowledge, answer. */
    collect: (mailbox: Mailbox): Promise<Collected> => collect(rooms, mailbox),
    sendAnswers: (mailbox: Mailbox) => sendAnswers(rooms.db, ports, mailbox),
    /** Judges again what waits for a predecessor that came, or waited long enough. */
    releaseHeld: (practice: ReceivingPractice) => releaseHeld(rooms, practice),

    list: (practice: string, user: StaffUser, filter?: { state?: string; overdue?: boolean }) =>
      listItems(rooms, practice, user, filter),
    open: (practice: string, item: number, user: StaffUser) => openItem(rooms, practice, item, user),
    decide: (
      practice: string,
      item: number,
      version: number,
      decisions: readonly Decision[],
      user: StaffUser,
    ) => decide(rooms, practice, item, version, decisions, user),
    checkAmendment: (
      practice: string,
      item: number,
      amendment: { ref: string; amendment: AmendmentChanges },
      user: StaffUser,
    ) => checkAmendment(rooms, practice, item, amendment, user),
    acceptAll: (practice: string, item: number, version: number, user: StaffUser) =>
      acceptAll(rooms, practice, item, version, user),
    complete: (practice: string, item: number, completion: Completion, user: StaffUser): Promise<Completed> =>
      complete(rooms, practice, item, completion, user),
    refuse: (
      practice: string,
      item: number,
      version: number,
      refusal: { reason: RefusalReason; note?: string | undefined },
      user: StaffUser,
    ) => refuseItem(rooms, practice, item, version, refusal, user),

    tasks: (practice: string, user: StaffUser, filter?: { escalated?: boolean }) =>
      listTasks(rooms, practice, user, filter),
    finishTask: (practice: string, task: number, user: StaffUser) => finishTask(rooms, practice, task, user),
    notices: (practice: string, user: StaffUser) => listNotices(rooms, practice, user),
    markNoticeSent: (practice: string, notice: number, user: StaffUser) =>
      markNoticeSent(rooms, practice, notice, user),
    counters: (practice: string, since: Date, user: StaffUser): Promise<Counters> =>
      counters(rooms, practice, since, user),
    patientExtract: (practice: string, nhsNumber: string) => patientExtract(rooms, practice, nhsNumber),

    lookBack: (practice: string, wanted: LookBack, user: StaffUser) =>
      lookBack(rooms, practice, wanted, user),
    lookBackByRules: (practice: string, since: Date, user: StaffUser) =>
      lookBackByRules(rooms, practice, since, user),
    makeTasks: (practice: string, filed: readonly number[], note: string, user: StaffUser) =>
      makeTasks(rooms, practice, filed, note, user),
    markEnteredInError: (
      practice: string,
      filed: readonly number[],
      confirmation: { confirmed: number; reason: string },
      user: StaffUser,
    ) => markEnteredInError(rooms, practice, filed, confirmation, user),
    quarantine: (practice: string, filed: number, reason: string, user: StaffUser) =>
      quarantineEntry(rooms, practice, filed, reason, user),
    release: (practice: string, filed: number, reason: string, user: StaffUser) =>
      releaseEntry(rooms, practice, filed, reason, user),
    quarantineSender: (practice: string, from: FromSender, reason: string, user: StaffUser) =>
      quarantineSender(rooms, practice, from, reason, user),
    releaseSender: (practice: string, from: FromSender, reason: string, user: StaffUser) =>
      releaseSender(rooms, practice, from, reason, user),

    rules: (practice: string, user: StaffUser) => rulesOf(rooms, practice, user),
    loadPracticePack: (
      practice: string,
      given: { pack: PracticePack; effectiveFrom?: string | undefined; reason: string },
      user: StaffUser,
    ) => loadPracticePack(rooms, practice, given, user),
    ruleReports: (practice: string, user: StaffUser) => ruleReports(rooms, practice, user),
    whoRead: (practice: string, wanted: ReadsWanted, user: StaffUser) =>
      whoRead(rooms, practice, wanted, user),
    whoReadFiled: (
      practice: string,
      filed: number,
      page: Pick<ReadsWanted, 'cursor' | 'limit'>,
      user: StaffUser,
    ) => whoReadFiled(rooms, practice, filed, page, user),
    previewViews: (practice: string, user: StaffUser) => previewViews(rooms, practice, user),
    showAs: (practice: string, wanted: { nhsNumber: string; view: string }, user: StaffUser) =>
      showAs(rooms, practice, wanted, user),

    /** Judges waiting items again where the rule set has changed since. */
    reEvaluate: (practice: string) => reEvaluate(rooms, practice),
    /** What is to be done from time to time, apart from collecting: once a minute is often enough. */
    async tick(practices: readonly ReceivingPractice[]): Promise<void> {
      for (const practice of practices) {
        await releaseHeld(rooms, practice);
        await reEvaluate(rooms, practice.ods);
        await reportNewRules(rooms, practice.ods);
        await sweepMessages(rooms, practice.ods);
        for (const { sender, share } of await contradictions(rooms, practice.ods)) {
          ports.onAlert({
            kind: 'contradicting-sender',
            practice: practice.ods,
            detail: `${sender}: ${(share * 100).toFixed(1)} % of the messages of seven days contradict themselves`,
          });
        }
      }
      await escalateOverdue(rooms);
      await carryOverEvents(rooms.db, ports);
    },
    /** Deletes messages that need not be kept any longer (A2). */
    sweep: (practice: string) => sweepMessages(rooms, practice),
    firstBrokenEvent: (practice: string) => firstBrokenEvent(rooms.db, practice),
  };
}
