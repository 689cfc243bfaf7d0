// The provider's recall desk: carries out orders of the national layer, and is where a practice works its list.
// spec: national-service §15; design journey 5
import { sql } from '@gp-connect/foundation/store';
import type { PracticeAudit } from '../audit/index.ts';
import type { Records } from '../record/index.ts';
import { type Decision, decide, type Reviewer } from './decide.ts';
import { type Exposure, exposureOf, readCounts } from './exposure.ts';
import type { FiledEntries } from './filed-entries.ts';
import { type RecallItem, readItems } from './items.ts';
import { type AuthorAnswers, type NotifySender, sendNotices, takeAuthorAnswers } from './notices.ts';
import { opposites, type RecallOrder, substanceOf } from './order.ts';
import { RecallRefusal } from './refusal.ts';
import { type StepAnswer, stepRuns } from './steps.ts';

export interface RecallDependencies {
  readonly records: Records;
  readonly entries: FiledEntries;
  readonly audit: PracticeAudit;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

export interface RecallDesk {
  /**
   * Carries out an order, kept word for word as `body`. The same order again gets the same answer and changes nothing.
   * @throws RecallRefusal 409 for a step whose opposite of a later run was carried out already, or where another order
   * was carried out under the same run
   */
  order(order: RecallOrder, body: string): Promise<StepAnswer>;
  /** The practice's work list, in pages by entry. */
  workList(
    practice: string,
    page?: { recall?: string; openOnly?: boolean; after?: string; limit?: number },
  ): Promise<RecallItem[]>;
  /** See decide.ts. */
  decide(
    practice: string,
    recall: string,
    decisions: readonly Decision[],
    by: Reviewer,
  ): Promise<RecallItem[]>;
  /** Who was shown the records while the entries stood in them, with users and times: for the practice only. INC-12 */
  exposure(practice: string, recall: string, by: Reviewer): Promise<Exposure>;
  /**
   * The practice withholds one misfiled entry at once and sees who was shown the record since `since`. DCC-06
   * @throws RecallRefusal 403, 404
   */
  quarantineEntry(
    practice: string,
    entry: { type: string; id: string; since: string },
    by: Reviewer,
    reason: string,
  ): Promise<Exposure>;
  releaseEntry(
    practice: string,
    entry: { type: string; id: string },
    by: Reviewer,
    reason: string,
  ): Promise<boolean>;
  /** The practice's recalls, newest first, with how much of each is open. */
  recalls(practice: string): Promise<{ recall: string; flaggedAt: string; entries: number; open: number }[]>;
  /** See notices.ts. */
  sendNotices(notify: NotifySender, practice?: string): Promise<number>;
  /** What a sender answers of its messages; answers how many entries it is about. See notices.ts. */
  authorAnswers(practice: string, answers: AuthorAnswers, sender: string): Promise<number>;
}

const OWN_CAUSE = 'practice';
const quarantineRoles: readonly string[] = [
  'practice.clinician',
  'practice.admin',
  'practice.caldicott',
  'practice.privacy-officer',
];

export function openRecallDesk(dependencies: RecallDependencies): RecallDesk {
  const { records, entries, audit, clock } = dependencies;
  const { db } = records.store;
  const now = () => new Date(clock()).toISOString();

  return {
    async order(order, body) {
      const exposed = order.step === 'exposure' ? await exposureCounts(dependencies, order) : undefined;
      return db.transaction().execute(async (transaction) => {
        const { practice, recall, run, step } = order;
        const placed =
          await sql`insert into recall_order (practice, recall, run, step, body, answer, answered_at)
          values (${practice}, ${recall}, ${run}, ${step}, ${body}, '', ${now()}) on conflict do nothing
          returning 1 as placed`.execute(transaction);
        if (placed.rows.length === 0) {
          const known = await sql<{
            answer: string;
            body: string;
          }>`select answer, body from recall_order where practice = ${practice}
            and recall = ${recall} and run = ${run} and step = ${step}`.execute(transaction);
          if (substanceOf(known.rows[0]!.body) !== substanceOf(body))
            throw new RecallRefusal(409, 'other-order', 'Another order was carried out under this run');
          return JSON.parse(known.rows[0]!.answer) as StepAnswer;
        }
        await refuseLate(transaction, order);
        const result =
          exposed ??
          (await stepRuns[step as keyof typeof stepRuns]({
            db: transaction,
            records,
            entries,
            order,
            now: now(),
          }));
        const answer: StepAnswer = { recall, practice, run, step, asAt: order.asAt, ...result };
        await audit.administrative({
          practice,
          action: `recall-${step}`,
          subject: recall,
          from: null,
          to: `${answer.counts.reduce((sum, { count }) => sum + count, 0)} entries`,
          reason: order.safetyDecision ?? null,
          actor: 'national service',
        });
        await sql`update recall_order set answer = ${JSON.stringify(answer)} where practice = ${practice}
          and recall = ${recall} and run = ${run} and step = ${step}`.execute(transaction);
        return answer;
      });
    },

    workList: (practice, { recall, openOnly = true, after = '', limit = 100 } = {}) =>
      readItems(db as never, practice, { recall, openOnly, after, limit: Math.min(limit, 500) }),

    decide: (practice, recall, decisions, by) => decide(dependencies, practice, recall, decisions, by),

    async exposure(practice, recall, by) {
      const items = await readItems(db as never, practice, { recall });
      return exposureOf(dependencies, practice, items, {
        actor: by.name,
        scope: `recall ${recall}`,
        need: 'who was shown records with recalled entries',
      });
    },

    async quarantineEntry(practice, { type, id, since }, by, reason) {
      const key = await ownEntry(records, practice, { type, id }, by);
      await audit.administrative({
        ...{ practice, action: 'quarantine', subject: `${type}/${id}`, from: null, to: 'withheld' },
        ...{ reason, actor: by.name, nhsNumber: key.nhsNumber },
      });
      await db
        .transaction()
        .execute((transaction) => records.quarantine(transaction, practice, [key.entry], OWN_CAUSE));
      const item = { filedAs: key.entry, filedAt: since, containedAt: now() };
      return exposureOf(dependencies, practice, [item], {
        actor: by.name,
        scope: `${type}/${id}`,
        need: 'who was shown a quarantined entry',
      });
    },

    async releaseEntry(practice, { type, id }, by, reason) {
      const key = await ownEntry(records, practice, { type, id }, by);
      await audit.administrative({
        ...{ practice, action: 'quarantine-lifted', subject: `${type}/${id}`, from: 'withheld', to: null },
        ...{ reason, actor: by.name, nhsNumber: key.nhsNumber },
      });
      const lifted = await db
        .transaction()
        .execute((transaction) => records.liftQuarantine(transaction, practice, [key.entry], OWN_CAUSE));
      return lifted > 0;
    },

    async recalls(practice) {
      const found = await sql<{ recall: string; flagged_at: Date; entries: number; open: number }>`
        select recall, min(flagged_at) as flagged_at, count(*)::int as entries,
          count(*) filter (where outcome is null)::int as open
        from recall_item where practice = ${practice} group by recall order by min(flagged_at) desc, recall
        limit 500`.execute(db);
      return found.rows.map(({ flagged_at: at, ...row }) => ({
        ...row,
        flaggedAt: new Date(at).toISOString(),
      }));
    },

    sendNotices: (notify, practice) =>
      sendNotices(db, notify, { at: now(), ...(practice === undefined ? {} : { practice }) }),

    authorAnswers: (practice, answers, sender) =>
      takeAuthorAnswers({ db, audit }, practice, answers, { sender, at: now() }),
  };
}

async function ownEntry(
  records: Records,
  practice: string,
  { type, id }: { type: string; id: string },
  by: Reviewer,
) {
  if (!quarantineRoles.includes(by.role))
    throw new RecallRefusal(403, 'wrong-role', 'This needs a clinician or a privacy role of the practice');
  const found = await records.resource(practice, type, id);
  const patient =
    found?.patientKey == null ? undefined : await records.findPatientByKey(practice, found.patientKey);
  if (!patient || type === 'Patient')
    throw new RecallRefusal(404, 'not-in-record', 'There is no such entry in a record here');
  return { entry: { patientKey: patient.key, type, id }, nhsNumber: patient.nhsNumber };
}

async function refuseLate(
  transaction: Parameters<typeof readItems>[0],
  { practice, recall, run, step }: RecallOrder,
): Promise<void> {
  const opposite = opposites[step];
  if (!opposite) return;
  const later = await sql`select 1 from recall_order where practice = ${practice} and recall = ${recall}
    and run > ${run} and step = ${opposite} limit 1`.execute(transaction);
  if (later.rows.length > 0)
    throw new RecallRefusal(409, 'superseded', 'A later order of this recall was carried out already');
}

async function exposureCounts(dependencies: RecallDependencies, { practice, recall }: RecallOrder) {
  const items = await readItems(dependencies.records.store.db as never, practice, { recall });
  const { reads } = await exposureOf(dependencies, practice, items, {
    actor: 'national service',
    scope: `recall ${recall}`,
    need: 'counts of reads by organisation',
  });
  return { counts: [], reads: readCounts(reads) };
}
