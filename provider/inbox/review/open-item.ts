// What a reviewer sees: the message beside the record, every entry with its findings and choices, nothing selected.
// spec: messaging §5.5, SG-02, SG-05, SG-09, SG-13, SG-16, SG-19, SG-22, SG-23
import type { MessageResource } from '@gp-connect/foundation/itk3';
import {
  contractTables,
  type PreviousObservation,
  type RecordContext,
} from '@gp-connect/foundation/plausibility';
import { sql } from '@gp-connect/foundation/store';
import { entryKinds } from '../entries.ts';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { personInShort, recordContextOf } from '../receiving/record-context.ts';
import { type InboxSettings, settingsOf } from '../settings.ts';
import { type KeptFinding, weightOf } from '../severity.ts';
import { demand, has, visibleItem } from './access.ts';
import { amendableMembers } from './amendment.ts';
import { amendmentView } from './decide.ts';
import { choicesFor, type DecisionContext, mayAcceptAll, wholeMessage } from './decision-rules.ts';
import { type DecisionRow, decisionsOf, type EntryRow, entryRows, findingsOf, type ItemRow } from './rows.ts';

const actionHeadings: ReadonlySet<string | null> = new Set(['red-flags', 'plan-and-requested-actions']);

const decisionView = (row: DecisionRow | undefined) =>
  row === undefined
    ? null
    : {
        decision: row.decision,
        reason: row.reason,
        actionTaken: row.action_taken,
        actionNote: row.action_note,
        by: { id: row.user_id, name: row.user_name, role: row.user_role },
        at: row.at.toISOString(),
        amendment: row.amendment && amendmentView(row.amendment),
      };

function entryView(row: EntryRow, context: DecisionContext, decision: DecisionRow | undefined) {
  return {
    ref: row.ref,
    kind: row.kind,
    label: entryKinds[row.kind].label,
    heading: row.heading,
    code: row.code,
    /** The practice's own term for the code; the sender's beside it. */
    term: row.own_term,
    sentTerm: row.sent_term,
    text: row.words,
    selected: false as const,
    alreadyInRecord: context.findings.some(({ ruleId }) => ruleId === 'DU-01'),
    severity: weightOf(context.findings),
    findings: context.findings,
    choices: choicesFor(context),
    amendable: context.amendable ?? [],
    decision: decisionView(decision),
  };
}

/** The item in a few words, for lists. */
export function itemSummary(row: ItemRow) {
  return {
    item: row.item_key,
    title: row.title,
    product: row.product,
    service: row.service,
    sender: { ods: row.sender_ods, name: row.sender_name },
    author: { name: row.author_name, role: row.author_role },
    /** Shown wherever an entry of it is shown (SG-05). */
    source: 'recorded by another organisation' as const,
    recipientType: row.recipient_type,
    encounterAt: row.encounter_at,
    receivedAt: row.received_at.toISOString(),
    state: row.state,
    severity: row.severity,
    urgent: row.urgent,
    sensitive: row.sensitive,
    standing: row.standing,
    replaces: row.replaces_item,
    version: row.version,
  };
}

const { diastolicCodes, pressureHeaders, quantityOf, systolicCodes } = contractTables;

/** Codes that are compared with each other: every blood pressure, every height; anything else with itself. */
const kindOf = (code: string): string =>
  pressureHeaders.has(code) ? 'blood-pressure' : (quantityOf[code] ?? code);

/** The systolic value first, whatever the order they were stored in; nothing else of a day's measurement. */
function inReadingOrder(one: PreviousObservation): PreviousObservation {
  if (!pressureHeaders.has(one.code) || one.components === undefined) return one;
  const of = (codes: ReadonlySet<string>) => one.components!.filter(({ code }) => codes.has(code));
  return { ...one, components: [...of(systolicCodes), ...of(diastolicCodes)] };
}

/** Last values of the same kind, problems, allergies, medicines. spec: SG-23 */
function besideOf(record: RecordContext, entries: readonly EntryRow[]) {
  const kinds = new Set(entries.flatMap(({ code }) => (code === null ? [] : kindOf(code))));
  const latest = (record.observations ?? []).filter(({ code }) => kinds.has(kindOf(code)));
  return {
    sameKind: latest
      .toSorted((a, b) => b.effective.localeCompare(a.effective))
      .slice(0, 20)
      .map(inReadingOrder),
    problems: (record.problems ?? []).filter(({ status }) => status !== 'resolved'),
    allergies: record.allergies ?? [],
    medicines: (record.medicines ?? []).filter(({ status }) => status === 'active'),
    pregnancy: record.pregnancy?.state ?? 'unknown',
  };
}

interface Parts {
  readonly item: ItemRow;
  readonly entries: readonly EntryRow[];
  readonly findings: readonly KeptFinding[];
  readonly decisions: ReadonlyMap<string, DecisionRow>;
}

async function partsOf({ db }: InboxRooms, practice: string, item: ItemRow): Promise<Parts> {
  const [entries, findings, decisions] = await Promise.all([
    entryRows(db, practice, item.item_key),
    findingsOf(db, practice, item.item_key),
    decisionsOf(db, practice, item.item_key),
  ]);
  return { item, entries, findings, decisions };
}

function viewOf(parts: Parts, user: StaffUser, settings: InboxSettings, stops: DecisionContext['stops']) {
  const { item, entries, findings, decisions } = parts;
  const context = (entry: EntryRow | undefined): DecisionContext => ({
    item,
    entry,
    findings: findings.filter(({ ref }) => ref === (entry?.ref ?? '')),
    isClinician: has(user, settings, 'clinicianRoles'),
    amendable:
      entry === undefined
        ? []
        : amendableMembers({ kind: entry.kind, resource: JSON.parse(entry.resource) as MessageResource }),
    starredOverride: settings.starredOverride,
    stops,
  });
  const whole = context(undefined);
  return {
    ...itemSummary(item),
    ruleSetVersion: item.rule_set_version,
    evaluatedAt: item.evaluated_at.toISOString(),
    notEvaluated: JSON.parse(item.not_evaluated) as unknown[],
    acceptAll: mayAcceptAll(findings),
    /** Requested actions stand on top, and make no task by themselves (SG-16). */
    actionsRequested: entries.filter(({ heading }) => actionHeadings.has(heading)).map(({ words }) => words),
    message: {
      ref: wholeMessage,
      severity: weightOf(whole.findings),
      findings: whole.findings,
      choices: weightOf(whole.findings) === 'NONE' ? [] : choicesFor(whole),
      decision: decisionView(decisions.get(wholeMessage)),
    },
    entries: entries.map((row) => entryView(row, context(row), decisions.get(row.ref))),
    /** What this user may do with it (SG-03). */
    may: {
      review: has(user, settings, 'reviewRoles'),
      act: has(user, settings, 'clinicianRoles'),
    },
    hiddenFromPatient: item.sensitive || findings.some(({ ruleId }) => ruleId === 'NOPAT'),
  };
}

export type ItemView = Awaited<ReturnType<typeof openItem>>;

/** The whole item for review. That it was opened is kept. @throws InboxRefusal NOT_ALLOWED, NOT_FOUND */
export async function openItem(rooms: InboxRooms, practice: string, itemKey: number, user: StaffUser) {
  const { db, records, inbound, ports } = rooms;
  const settings = await settingsOf(db, practice);
  demand(user, settings, 'readRoles');
  const item = await visibleItem(db, practice, itemKey, user, settings);
  const parts = await partsOf(rooms, practice, item);
  const { stops } = await inbound.of(practice);
  const patient = await records.findPatientByKey(practice, item.patient_key);
  const record = patient === undefined ? {} : await recordContextOf(records, practice, patient);
  const earlier =
    item.replaces_item === null
      ? undefined
      : await visibleItem(db, practice, item.replaces_item, user, settings);
  const replaced = earlier && viewOf(await partsOf(rooms, practice, earlier), user, settings, stops);
  const filedBefore =
    earlier === undefined
      ? []
      : (
          await sql<{ ref: string; type: string; id: string; state: string }>`
            select ref, type, id, state from inbox_filed
            where practice = ${practice} and item_key = ${earlier.item_key} order by filed_key`.execute(db)
        ).rows;
  await inPractice(db, practice, (step) =>
    addEvents(step, practice, ports.now(), [
      {
        step: 'opened',
        itemKey,
        messageKey: item.message_key,
        by: user,
        detail: { ruleSet: item.rule_set_version },
      },
    ]),
  );
  return {
    ...viewOf(parts, user, settings, stops),
    patient: {
      id: item.patient_id,
      nhsNumber: item.nhs_number,
      ...(record.demographics ?? {}),
    },
    record: besideOf(record, parts.entries),
    replacedVersion: replaced === undefined ? null : { ...replaced, filed: filedBefore },
  };
}

interface ListRow extends ItemRow {
  priority: number;
  purpose: string;
  due_at: Date;
  escalated_at: Date | null;
  subject: string | null;
}

/** Open items the user may see, most pressing first. */
export async function listItems(
  { db, ports, records }: InboxRooms,
  practice: string,
  user: StaffUser,
  filter: { readonly state?: string; readonly overdue?: boolean } = {},
) {
  const settings = await settingsOf(db, practice);
  demand(user, settings, 'readRoles');
  const found = await sql<ListRow>`select i.*, t.priority, t.purpose, t.due_at, t.escalated_at, m.subject
    from inbox_item i
    join inbox_task t on t.practice = i.practice and t.item_key = i.item_key and t.kind = 'review'
    join inbox_message m on m.practice = i.practice and m.message_key = i.message_key
    where i.practice = ${practice} and i.state = ${filter.state ?? 'open'}
    order by t.priority, t.due_at, i.item_key limit 500`.execute(db);
  const now = ports.now();
  const rows = found.rows.filter(({ sensitive }) => !sensitive || has(user, settings, 'sensitiveRoles'));
  const people = await records.patientResources(practice, [...new Set(rows.map((row) => row.patient_key))]);
  const personOf = ({ patient_key }: ListRow) => {
    const json = people.get(patient_key);
    return json === undefined ? null : personInShort(JSON.parse(json) as Record<string, unknown>);
  };
  return rows
    .map((row) => ({
      ...itemSummary(row),
      subject: row.subject,
      patient: personOf(row),
      priority: row.priority,
      purpose: row.purpose,
      dueAt: row.due_at.toISOString(),
      overdue: row.due_at <= now,
      escalated: row.escalated_at !== null,
    }))
    .filter(({ overdue }) => filter.overdue !== true || overdue);
}
