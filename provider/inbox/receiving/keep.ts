// Writes a judgement: message, answers, item, entries, findings, task and events in one transaction, or nothing.
// spec: messaging §4 (R19), §5.4, §9, SG-13, SG-15
import { createHash } from 'node:crypto';
import { bareId, diagnosticsOf, type ItkMessage } from '@gp-connect/foundation/itk3';
import { sql } from '@gp-connect/foundation/store';
import { tellAwaitingFiling } from '../awaiting-filing.ts';
import { addEvents, type InboxEvent } from '../events.ts';
import { type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { ArrivalMeta, ReceivingPractice } from '../ports.ts';
import { type SenderProduct, senderProductOf, sentAtOf } from '../sender-product.ts';
import { settingsOf } from '../settings.ts';
import { afterWorkingDays } from '../working-days.ts';
import type { HeldBefore, InboxRooms, Judgement } from './judge.ts';
import { sealedBytes } from './kept-raw.ts';
import { arrivalsOf, isKnownMeshId, knownDocument, putDocument } from './known-messages.ts';
import { type Answer, putAnswers } from './outbox.ts';
import { type Proposal, proposalOf } from './proposal.ts';
import { archiveReplaced, putItem } from './put-item.ts';

export interface Arrival {
  readonly meta: ArrivalMeta;
  readonly body: Uint8Array;
  /** False where the body was longer than is kept. */
  readonly complete: boolean;
  readonly size: number;
  readonly sha256: string;
}

export type Kept =
  | { readonly kind: 'kept'; readonly state: string; readonly messageKey: number; readonly itemKey?: number }
  | { readonly kind: 'already' }
  | { readonly kind: 'stale' };

type Kindly = Exclude<Judgement, { kind: 'quarantined' }>;

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Diagnostics are free text in a response: a strict receiver takes them. spec: national-service UPD-06 */
const checkedBy = (ruleSet: string): string => `Checked by rule set ${ruleSet}`;
const ruleId = /^[A-Z]{1,3}-\d+[a-z]?: /;

/** The answers a judgement calls for, in the order they are sent. A held message gets none yet. */
function answersFor(judgement: Kindly, ruleSetNow: string): readonly Answer[] {
  if (judgement.kind === 'held') return [];
  if (judgement.kind === 'refused') {
    const { code, issue, reason } = judgement.refusal;
    const byRule = ruleId.test(reason) ? `. ${checkedBy(ruleSetNow)}` : '';
    return [{ code, issue, diagnostics: `${diagnosticsOf(judgement.refusal)}${byRule}` }];
  }
  const { match, product } = judgement;
  const used = judgement.kind === 'accepted' ? judgement.evaluation.ruleSetVersion : ruleSetNow;
  const stamp = product.id === 'update-record' ? { diagnostics: checkedBy(used) } : {};
  if ('patient' in match)
    return [
      { code: '20013', ...stamp },
      { code: match.code, ...stamp },
    ];
  return [
    { code: '20013', ...stamp },
    { code: match.code, diagnostics: `${match.code === '30002' ? 'R17' : 'R18'}: ${match.reason}` },
  ];
}

/**
 * Keeps a message with what was made of it. `judgedAt` is the count of arrivals the judgement rests on: where another
 * message came in between, nothing is written and the answer is `stale`.
 */
export async function keep(
  rooms: InboxRooms,
  practice: ReceivingPractice,
  arrival: Arrival,
  judgement: Kindly,
  judgedAt: number,
  held?: HeldBefore,
): Promise<Kept> {
  const { db, ports } = rooms;
  const proposal =
    judgement.kind === 'accepted' ? await proposalOf(judgement, ports.terminology, ports.now()) : undefined;
  const madeWith = await senderProductOf(judgement.message, arrival.meta, ports);
  const ruleSetNow = await ports.rules.version(practice.ods);
  return inPractice(db, practice.ods, async (step): Promise<Kept> => {
    if ((await arrivalsOf(step, practice.ods)) !== judgedAt) return { kind: 'stale' };
    if (held === undefined && (await isKnownMeshId(step, practice.ods, arrival.meta.meshMessageId))) {
      return { kind: 'already' };
    }
    await sql`update inbox_practice set arrivals = arrivals + 1 where practice = ${practice.ods}`.execute(
      step,
    );
    const answers = answersFor(judgement, ruleSetNow);
    const messageKey = await putMessage(rooms, step, practice.ods, arrival, judgement, {
      answers,
      held,
      madeWith,
    });
    await putAnswers(
      step,
      practice,
      arrival.meta,
      messageKey,
      { ids: judgement.ids, inOrder: answers },
      ports,
    );
    const itemKey =
      proposal && (await putProposal(rooms, step, practice.ods, messageKey, judgement, proposal));
    if (judgement.kind === 'accepted') {
      await tellAwaitingFiling(step, rooms.records, practice.ods, judgement.match.patient.key);
    }
    if (judgement.kind === 'not-matched') {
      await registerDocument(step, practice.ods, judgement.message, 'not-filed');
    }
    if (judgement.kind === 'refused' && judgement.refusal.code === '20014') {
      await voidBoth(step, practice.ods, judgement.message);
    }
    if (judgement.kind === 'not-matched' && judgement.match.possiblyWrongPatient) {
      await wrongPatientTask(step, practice.ods, messageKey, ports.now());
    }
    await addEvents(
      step,
      practice.ods,
      ports.now(),
      eventsOf(judgement, arrival, answers, messageKey, itemKey),
    );
    return {
      kind: 'kept',
      state: judgement.kind,
      messageKey,
      ...(itemKey === undefined ? {} : { itemKey }),
    };
  });
}

async function putMessage(
  { ports }: InboxRooms,
  step: InboxTransaction,
  practice: string,
  arrival: Arrival,
  judgement: Kindly,
  {
    answers,
    held,
    madeWith,
  }: {
    readonly answers: readonly Answer[];
    readonly held: HeldBefore | undefined;
    readonly madeWith: SenderProduct | undefined;
  },
): Promise<number> {
  const { meta } = arrival;
  const message = judgement.message;
  const document = message?.document;
  const now = ports.now();
  const holdHours = (await settingsOf(step, practice)).holdHours;
  const columns = {
    state: judgement.kind,
    product: 'product' in judgement ? judgement.product.id : null,
    sender_ods: message?.sender?.organisation ?? message?.sender?.site ?? null,
    message_id: judgement.ids.messageId === undefined ? null : bareId(judgement.ids.messageId),
    message_identifier:
      judgement.ids.bundleIdentifier === undefined ? null : bareId(judgement.ids.bundleIdentifier),
    document_value: document?.identifier === undefined ? null : bareId(document.identifier.value),
    replaces_value: document?.replaces === undefined ? null : bareId(document.replaces.value),
    sent_at: sentAtOf(message) ?? null,
    sender_product: madeWith?.name ?? null,
    sender_version: madeWith?.version ?? null,
    sender_reference: judgement.ids.senderReference ?? null,
    outcome_codes: answers.map(({ code }) => code).join(' '),
    note: judgement.kind === 'accepted' ? null : (answers.at(-1)?.diagnostics ?? null),
    hold_until: judgement.kind === 'held' ? new Date(now.getTime() + holdHours * 3_600_000) : null,
  };
  if (held !== undefined) {
    await step
      .updateTable('inbox_message')
      .set(columns)
      .where('practice', '=', practice)
      .where('message_key', '=', held.messageKey)
      .execute();
    return held.messageKey;
  }
  const row = await step
    .insertInto('inbox_message')
    .values({
      practice,
      mesh_id: meta.meshMessageId,
      mailbox: meta.mailbox,
      sender_mailbox: meta.from,
      addressed_to: meta.to ?? null,
      workflow_id: meta.workflowId,
      subject: meta.subject ?? null,
      compressed: meta.compressed === true,
      received_at: now,
      size: arrival.size,
      sha256: arrival.sha256,
      complete: arrival.complete,
      ...columns,
    })
    .returning('message_key')
    .executeTakeFirstOrThrow();
  const messageKey = row.message_key as number;
  const content = sealedBytes(ports.vault, { practice, messageKey }, arrival.body);
  await sql`insert into inbox_raw (practice, message_key, content)
    values (${practice}, ${messageKey}, ${content})`.execute(step);
  return messageKey;
}

async function registerDocument(
  step: InboxTransaction,
  practice: string,
  { document }: ItkMessage,
  state: 'current' | 'not-filed' | 'void',
  itemKey?: number,
): Promise<void> {
  if (document?.identifier !== undefined)
    await putDocument(step, practice, document.identifier, state, itemKey);
}

async function putProposal(
  { ports }: InboxRooms,
  step: InboxTransaction,
  practice: string,
  messageKey: number,
  judgement: Kindly,
  proposal: Proposal,
): Promise<number> {
  if (judgement.kind !== 'accepted') throw new Error('only an accepted message becomes an item');
  const settings = await settingsOf(step, practice);
  const now = ports.now();
  const { document, message } = judgement;
  const replaced =
    document.replaces === undefined
      ? undefined
      : await archiveReplaced(step, practice, document.replaces, now);
  const itemKey = await putItem(step, practice, {
    messageKey,
    judgement,
    proposal,
    replacesItem: replaced ?? null,
    now,
    dueAt: (urgent, forAction) =>
      afterWorkingDays(
        now,
        urgent ? 0 : forAction ? settings.workingDaysForAction : settings.workingDaysToReview,
      ),
  });
  await registerDocument(step, practice, message, 'current', itemKey);
  return itemKey;
}

/**
 * A replacement that cannot be processed makes both versions void, so that neither is taken in later. A version that
 * was replaced before stays archived: its successor stands. spec: messaging §3.3 20014, §5.4
 */
async function voidBoth(
  step: InboxTransaction,
  practice: string,
  message: ItkMessage | undefined,
): Promise<void> {
  const { identifier, replaces } = message?.document ?? {};
  if (identifier !== undefined) await putDocument(step, practice, identifier, 'void');
  if (replaces === undefined || (await knownDocument(step, practice, replaces)) !== undefined) return;
  await putDocument(step, practice, replaces, 'void');
}

/** spec: messaging §4, R17: logged as a possible wrong patient for the practice */
async function wrongPatientTask(
  step: InboxTransaction,
  practice: string,
  messageKey: number,
  now: Date,
): Promise<void> {
  await sql`insert into inbox_task
    (practice, kind, message_key, purpose, priority, restricted, note, created_at, due_at)
    values (${practice}, 'possible-wrong-patient', ${messageKey}, 'action', 1, true,
      'The NHS number is of a patient here, birth date or surname are not', ${now},
      ${afterWorkingDays(now, 1)})`.execute(step);
}

function eventsOf(
  judgement: Kindly,
  { meta, sha256: digest }: Arrival,
  answers: readonly Answer[],
  messageKey: number,
  itemKey: number | undefined,
): InboxEvent[] {
  const ids = {
    mesh: meta.meshMessageId,
    message: judgement.ids.messageId,
    document: judgement.message?.document?.identifier?.value,
    senderReference: judgement.ids.senderReference,
  };
  const codes = answers.map(({ code }) => code).join(' ');
  const at = { messageKey, itemKey };
  const events: InboxEvent[] = [{ step: 'received', ...at, detail: { ...ids, sha256: digest } }];
  if (judgement.kind === 'refused') {
    events.push({ step: 'refused', ...at, detail: { ...ids, codes, check: judgement.refusal.step } });
  } else if (judgement.kind === 'held') {
    events.push({ step: 'held', ...at, detail: { ...ids, waitsFor: judgement.waitsFor.value } });
  } else {
    events.push({ step: 'validated', ...at, detail: { ...ids, codes } });
    const matched = judgement.kind === 'accepted';
    events.push({ step: matched ? 'matched' : 'not-matched', ...at, detail: { code: judgement.match.code } });
    if (matched) {
      events.push({ step: 'tasked', ...at, detail: { ruleSet: judgement.evaluation.ruleSetVersion } });
    } else if ('possiblyWrongPatient' in judgement.match && judgement.match.possiblyWrongPatient) {
      events.push({ step: 'possible-wrong-patient', ...at, detail: { ...ids } });
    }
  }
  if (answers.length > 0) events.push({ step: 'answered', ...at, detail: { codes } });
  return events;
}
