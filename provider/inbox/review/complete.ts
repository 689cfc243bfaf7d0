// Completing an item: what was decided enters the record, with provenance, events and the sender's notice, in one
// transaction; nothing at all where any part fails. spec: messaging §10.2 SG-01, SG-05…SG-08, SG-13, SG-14, SG-18
import { parseJson } from '@gp-connect/foundation/fhir';
import type { ItkDocument, MessageResource } from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import { sql } from '@gp-connect/foundation/store';
import { entryLedger, isHeld } from '../../recall/index.ts';
import { tellAwaitingFiling } from '../awaiting-filing.ts';
import { entryKinds } from '../entries.ts';
import { addEvents } from '../events.ts';
import { actorsOf } from '../filing/actors.ts';
import { composeRecord, type DecidedEntry, type FiledResource } from '../filing/compose-record.ts';
import type { Filing, Made } from '../filing/source.ts';
import { type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { weightOf } from '../severity.ts';
import { demand, visibleItem } from './access.ts';
import { amendmentWords } from './amendment.ts';
import { checkDecisions, demandOpen } from './decide.ts';
import { type Decision, wholeMessage } from './decision-rules.ts';
import { entryKeyOf, ledgerOutcomes } from './ledger.ts';
import { putNotice } from './notices.ts';
import { demandCurrentRules } from './re-evaluate.ts';
import { InboxRefusal } from './refusals.ts';
import { type DecisionRow, decisionsOf, type EntryRow, entryRows, findingsOf, type ItemRow } from './rows.ts';
import { storedMessage } from './stored-message.ts';

export interface Completion {
  readonly version: number;
  /** Whether the patient may see the entries online; hidden where left out and the item is sensitive (SG-22). */
  readonly visibleOnline?: boolean | undefined;
}

export interface Completed {
  readonly status: 'filed' | 'filed-amended' | 'rejected';
  readonly filed: readonly FiledResource[];
}

/** @throws InboxRefusal NOT_ALLOWED, NOT_FOUND, CLOSED, CHANGED, NOT_DECIDED, DECISION */
export async function complete(
  rooms: InboxRooms,
  practice: string,
  itemKey: number,
  completion: Completion,
  user: StaffUser,
): Promise<Completed> {
  const { db, records, inbound, ports } = rooms;
  const settings = await settingsOf(db, practice);
  demand(user, settings, 'reviewRoles');
  const item = await visibleItem(db, practice, itemKey, user, settings);
  demandOpen(item, completion.version);
  await demandCurrentRules(rooms, practice, itemKey);
  const message = await storedMessage(rooms, practice, item.message_key);
  const prepared = await prepare(rooms, practice, item, message.document!, completion, user);
  const now = ports.now();

  return inPractice(db, practice, async (step) => {
    demandOpen(await visibleItem(step, practice, itemKey, user, settings), completion.version);
    const { stops } = await inbound.of(practice, step);
    const standing = [...prepared.decisions.values()].map(asDecision);
    await checkDecisions(step, practice, item, standing, {
      settings,
      user: asClinician(user, settings),
      stops,
      amendments: new Map(
        [...prepared.decisions].flatMap(([ref, { amendment }]) => (amendment ? [[ref, amendment]] : [])),
      ),
    });
    await demandNotHeld(step, practice, item, prepared);
    if (prepared.resources.length > 0) {
      await records.addResources(step, practice, item.patient_key, prepared.resources);
    }
    await putFiled(step, practice, item, prepared.filed, now);
    const status = statusOf(prepared);
    await close(step, practice, item, status === 'rejected' ? 'refused' : 'completed', user, now);
    await tellAwaitingFiling(step, records, practice, item.patient_key);
    await ledgerOutcomes(step, practice, item, prepared.entries, prepared.decisions, prepared.filed, now);
    await putNotice(step, practice, item, status, refusalReason(prepared), settings.tellSender, now);
    await addEvents(step, practice, now, [
      {
        step: status === 'rejected' ? 'rejected' : 'filed',
        itemKey,
        messageKey: item.message_key,
        by: user,
        detail: { status, resources: prepared.filed.length, ruleSet: item.rule_set_version },
      },
      ...(prepared.superseded === undefined
        ? []
        : [{ step: 'replaced' as const, itemKey: item.replaces_item!, by: user, detail: { by: itemKey } }]),
    ]);
    return { status, filed: prepared.filed };
  });
}

interface Prepared {
  readonly entries: readonly EntryRow[];
  readonly decisions: ReadonlyMap<string, DecisionRow>;
  readonly resources: readonly Made[];
  readonly filed: readonly FiledResource[];
  /** The document that the filed one takes the place of. */
  readonly superseded: Made | undefined;
}

async function prepare(
  rooms: InboxRooms,
  practice: string,
  item: ItemRow,
  document: ItkDocument,
  { visibleOnline }: Completion,
  user: StaffUser,
): Promise<Prepared> {
  const { db, records, controls, ports } = rooms;
  const entries = await entryRows(db, practice, item.item_key);
  const decisions = await decisionsOf(db, practice, item.item_key);
  const findings = await findingsOf(db, practice, item.item_key);
  demandAllDecided(entries, decisions, weightOf(findings.filter(({ ref }) => ref === '')) !== 'NONE');
  const superseded = await filedVersionBefore(rooms, practice, item);
  const hosted = await controls.of(practice);
  const filing: Filing = {
    item,
    document,
    practice: { ods: practice, organizationId: hosted?.practice.organizationId ?? practice },
    encounterId: ports.newId(),
    actors: await actorsOf(records, practice, document),
    by: user,
    now: ports.now(),
    newId: ports.newId,
    hideOnline: !(visibleOnline ?? !(item.sensitive || findings.some(({ ruleId }) => ruleId === 'NOPAT'))),
  };
  const composed = composeRecord(
    filing,
    entries.map((row) => asDecided(row, decisions.get(row.ref)!)),
    superseded?.id,
  );
  const filesDocument = composed.filed.some(({ as }) => as === 'document');
  const replaced = filesDocument && superseded !== undefined ? superseded : undefined;
  return {
    entries,
    decisions,
    resources: replaced === undefined ? composed.resources : [...composed.resources, replaced],
    filed: composed.filed,
    superseded: replaced,
  };
}

/** The entry as sent, or as it was amended: then with its new values, and without the sender's words for the old. */
function asDecided(row: EntryRow, decision: DecisionRow): DecidedEntry {
  const { amendment } = decision;
  // Figures stay as they were written: 1.10 is not 1.1.
  if (amendment === null) return { row, resource: parseJson(row.resource) as MessageResource, decision };
  const { changes, was, resource, code, codeSystem, ownTerm, words } = amendment;
  return {
    row: {
      ...row,
      words,
      code,
      code_system: codeSystem,
      own_term: ownTerm,
      sent_term: changes.code === undefined ? row.sent_term : null,
    },
    resource,
    decision,
    amended: {
      words: amendmentWords(changes, was),
      by: { name: decision.user_name, role: decision.user_role },
      at: decision.at,
    },
  };
}

/** Every entry decided, and what was found about the whole message too. @throws InboxRefusal NOT_DECIDED, DECISION */
function demandAllDecided(
  entries: readonly EntryRow[],
  decisions: ReadonlyMap<string, DecisionRow>,
  wholeNeedsDecision: boolean,
): void {
  const open = entries.filter(({ ref }) => !decisions.has(ref));
  const allRefused = entries.every(({ ref }) => decisions.get(ref)?.decision === 'refuse');
  const whole = decisions.get(wholeMessage);
  if (open.length > 0) {
    throw new InboxRefusal(
      'NOT_DECIDED',
      `${open.length} of ${entries.length} entries are not decided yet`,
      'SG-02',
    );
  }
  if (allRefused) return;
  if (wholeNeedsDecision && whole === undefined) {
    throw new InboxRefusal('NOT_DECIDED', 'Decide on what was found about the message as a whole', 'SG-02');
  }
  if (whole === undefined || (whole.decision !== 'text-only' && whole.decision !== 'refuse')) return;
  const coded = entries.some(({ ref, kind }) => {
    const decision = decisions.get(ref)!.decision;
    return entryKinds[kind].coded && decision !== 'text-only' && decision !== 'refuse';
  });
  if (coded || whole.decision === 'refuse') {
    throw new InboxRefusal(
      'DECISION',
      'What was decided about the whole message does not allow this',
      'SG-02',
    );
  }
}

const asDecision = (row: DecisionRow): Decision => ({
  ref: row.ref,
  decision: row.decision,
  reason: row.reason ?? undefined,
  actionTaken: (row.action_taken ?? undefined) as Decision['actionTaken'],
  actionNote: row.action_note ?? undefined,
  amendment: row.amendment?.changes,
  // The tick was given when the decision was made.
  confirmed: true,
});

/** Decisions were made by those who may; completing them asks for no more than a reviewer. */
const asClinician = (user: StaffUser, settings: { clinicianRoles: readonly string[] }): StaffUser => ({
  ...user,
  roles: [...user.roles, ...settings.clinicianRoles],
});

/** Recalled entries wait. spec: national-service INC-07 */
async function demandNotHeld(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  { entries, decisions }: Prepared,
): Promise<void> {
  const filing = entries.filter(({ ref }) => decisions.get(ref)!.decision !== 'refuse');
  const keys = filing.map(({ position }) => entryKeyOf(item.item_key, position));
  const ledger = await entryLedger.current(step, practice, keys);
  for (const { position } of filing) {
    const key = entryKeyOf(item.item_key, position);
    if (ledger.get(key)?.state === 'rejected' || (await isHeld(step, practice, key))) {
      throw new InboxRefusal(
        'DECISION',
        `entry ${position + 1} is held back by a recall or a quarantine`,
        'INC-07',
      );
    }
  }
}

async function filedVersionBefore(
  { db, records }: InboxRooms,
  practice: string,
  item: ItemRow,
): Promise<Made | undefined> {
  if (item.replaces_item === null) return undefined;
  const found = await sql<{ id: string }>`select id from inbox_filed where practice = ${practice}
    and item_key = ${item.replaces_item} and type = 'DocumentReference' order by filed_key limit 1`.execute(
    db,
  );
  const id = found.rows[0]?.id;
  const stored = id === undefined ? undefined : await records.resource(practice, 'DocumentReference', id);
  if (stored === undefined || stored.entry.status === 'entered-in-error') return undefined;
  const resource = parseJson(stored.json) as Made;
  const meta = (resource.meta ?? {}) as { security?: unknown[] };
  const restricted = { system: system.confidentiality, code: 'R' };
  // Written anew, a confidential document must go on saying that it is.
  const security = stored.entry.confidential ? [...(meta.security ?? []), restricted] : meta.security;
  return {
    ...resource,
    meta: { ...meta, ...(security === undefined ? {} : { security }) },
    status: 'superseded',
  };
}

async function putFiled(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  filed: readonly FiledResource[],
  now: Date,
): Promise<void> {
  for (const { ref, type, id, code, as } of filed) {
    await sql`insert into inbox_filed
      (practice, item_key, ref, type, id, patient_key, code, filed_as, state, filed_at, state_at)
      values (${practice}, ${item.item_key}, ${ref}, ${type}, ${id}, ${item.patient_key}, ${code}, ${as}, 'filed',
        ${now}, ${now})`.execute(step);
  }
}

export async function close(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  state: 'completed' | 'refused',
  user: StaffUser,
  now: Date,
): Promise<void> {
  await sql`update inbox_item set state = ${state}, closed_at = ${now}, version = version + 1
    where practice = ${practice} and item_key = ${item.item_key}`.execute(step);
  await sql`update inbox_task set done_at = ${now}, done_by = ${user.name}
    where practice = ${practice} and item_key = ${item.item_key} and done_at is null`.execute(step);
}

function statusOf({ entries, decisions }: Prepared): Completed['status'] {
  const kinds = entries.map(({ ref }) => decisions.get(ref)!.decision);
  if (kinds.every((kind) => kind === 'refuse')) return 'rejected';
  return kinds.every((kind) => kind === 'accept') ? 'filed' : 'filed-amended';
}

const refusalReason = ({ entries, decisions }: Prepared): string | null =>
  entries.map(({ ref }) => decisions.get(ref)!).find(({ decision }) => decision === 'refuse')?.reason ?? null;
