// What a practice sees of its rules, makes stricter, and is told when new ones come. spec: messaging SG-10, SG-11
import type { PracticePack, RuleData } from '@gp-connect/foundation/plausibility';
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { demand } from '../review/access.ts';
import { type WouldFire, wouldFire } from '../review/re-evaluate.ts';
import { InboxRefusal } from '../review/refusals.ts';
import { settingsOf } from '../settings.ts';
import { afterWorkingDays } from '../working-days.ts';
import { type PackView, RulePackRefusal, type RulePacks } from './rule-packs.ts';

export interface RuleView
  extends Pick<
    RuleData,
    'id' | 'title' | 'version' | 'severity' | 'overridable' | 'validFrom' | 'parameters'
  > {
  readonly nationalSeverity: RuleData['severity'];
  readonly nationalParameters: RuleData['parameters'];
  readonly urgent: boolean;
  readonly validTo: string | null;
  /** Which way a practice may move a parameter. */
  readonly stricter: Readonly<Record<string, 'lower' | 'higher' | 'longer'>>;
}

export interface RulesView {
  readonly inForce: {
    readonly version: string;
    readonly sha256: string;
    readonly effectiveFrom: string | null;
  };
  readonly packs: readonly PackView[];
  readonly rules: readonly RuleView[];
}

function packsOf({ ports }: InboxRooms): RulePacks {
  if (ports.packs === undefined)
    throw new InboxRefusal('NOT_FOUND', 'The rules of this system are not kept here');
  return ports.packs;
}

/** The rules as they stand for the practice, beside the national ones. */
export async function rulesOf(rooms: InboxRooms, practice: string, user: StaffUser): Promise<RulesView> {
  demand(user, await settingsOf(rooms.db, practice), 'readRoles');
  const packs = packsOf(rooms);
  const now = rooms.ports.now();
  const [own, national, list] = await Promise.all([
    packs.inForce(practice, now),
    packs.national(now),
    packs.list(practice, now),
  ]);
  const nationally = new Map(national.rules.map((rule) => [rule.id, rule]));
  const since = list.filter(({ state }) => state === 'in-force').map(({ effectiveFrom }) => effectiveFrom);
  return {
    inForce: { version: own.version, sha256: own.sha256, effectiveFrom: since.sort().at(-1) ?? null },
    packs: list,
    rules: own.rules.map((rule) => ({
      id: rule.id,
      title: rule.title,
      version: rule.version,
      severity: rule.severity,
      nationalSeverity: nationally.get(rule.id)!.severity,
      urgent: rule.urgent === true,
      overridable: rule.overridable,
      validFrom: rule.validFrom,
      validTo: rule.validTo ?? null,
      parameters: rule.parameters,
      nationalParameters: nationally.get(rule.id)!.parameters,
      stricter: rule.stricter ?? {},
    })),
  };
}

/** A practice's own, stricter pack. @throws InboxRefusal NOT_ALLOWED, RULE_PACK with what would loosen a rule */
export async function loadPracticePack(
  rooms: InboxRooms,
  practice: string,
  given: {
    readonly pack: PracticePack;
    readonly effectiveFrom?: string | undefined;
    readonly reason: string;
  },
  user: StaffUser,
): Promise<PackView> {
  const { db, ports } = rooms;
  demand(user, await settingsOf(db, practice), 'leadRoles');
  const effectiveFrom = given.effectiveFrom === undefined ? ports.now() : new Date(given.effectiveFrom);
  const by = `${user.name} (${user.id}), ${user.role}`;
  const { pack, reason } = given;
  let loaded: PackView;
  try {
    loaded = await packsOf(rooms).loadPractice(practice, pack, { effectiveFrom, by, reason });
  } catch (error) {
    if (error instanceof RulePackRefusal) {
      throw new InboxRefusal('RULE_PACK', error.message, 'SG-10', { refused: error.refused });
    }
    throw error;
  }
  const { id, version, sha256 } = loaded;
  await inPractice(db, practice, (step) =>
    addEvents(step, practice, ports.now(), [
      {
        step: 'rules',
        by: user,
        detail: { id, version, sha256, effectiveFrom: loaded.effectiveFrom, reason },
      },
    ]),
  );
  return loaded;
}

export interface RuleReport {
  readonly report: number;
  readonly madeAt: string;
  readonly ruleSetVersion: string;
  readonly since: string;
  readonly judged: number;
  readonly hits: readonly WouldFire[];
}

/** Reports of what new rule sets would have found on filed items, newest first. */
export async function ruleReports(
  { db }: InboxRooms,
  practice: string,
  user: StaffUser,
): Promise<RuleReport[]> {
  demand(user, await settingsOf(db, practice), 'leadRoles');
  const found = await sql<{
    report_key: number;
    made_at: Date;
    rule_set_version: string;
    since: Date;
    judged: number;
    hits: string;
  }>`select * from inbox_rule_report where practice = ${practice} order by report_key desc limit 20`.execute(
    db,
  );
  return found.rows.map((row) => ({
    report: row.report_key,
    madeAt: row.made_at.toISOString(),
    ruleSetVersion: row.rule_set_version,
    since: row.since.toISOString(),
    judged: row.judged,
    hits: JSON.parse(row.hits) as WouldFire[],
  }));
}

const DAY = 86_400_000;

/**
 * Where another rule set is in force than the one reported last: what it would have found on items already filed, as a
 * report and one task for the leads. Nothing filed is changed (SG-11). Answers whether there was something to report.
 */
export async function reportNewRules(rooms: InboxRooms, practice: string): Promise<boolean> {
  const { db, ports } = rooms;
  const version = await ports.rules.version(practice);
  const reported = await reportedVersion(db, practice);
  if (reported === version) return false;
  const settings = await settingsOf(db, practice);
  const now = ports.now();
  const since = new Date(now.getTime() - settings.lookBackDays * DAY);
  const first = reported === null;
  const { judged, hits } = first ? { judged: 0, hits: [] } : await wouldFire(rooms, practice, since);
  return inPractice(db, practice, async (step) => {
    if ((await reportedVersion(step, practice)) !== reported) return false;
    await sql`update inbox_practice set rules_reported = ${version} where practice = ${practice}`.execute(
      step,
    );
    if (first) return false;
    const made = await sql<{ report_key: number }>`insert into inbox_rule_report
      (practice, made_at, rule_set_version, since, judged, hits)
      values (${practice}, ${now}, ${version}, ${since}, ${judged}, ${JSON.stringify(hits)})
      returning report_key`.execute(step);
    const report = made.rows[0]!.report_key;
    if (hits.length > 0) {
      const note = `Report ${report}: rule set ${version} would find something on ${hits.length} filed entries`;
      await sql`insert into inbox_task (practice, kind, purpose, priority, restricted, note, created_at, due_at)
        values (${practice}, 'look-back', 'action', 2, false, ${note}, ${now},
          ${afterWorkingDays(now, settings.workingDaysForAction)})`.execute(step);
    }
    await addEvents(step, practice, now, [
      { step: 'rules', detail: { report, ruleSet: version, before: reported, judged, hits: hits.length } },
    ]);
    return true;
  });
}

async function reportedVersion(db: InboxRooms['db'], practice: string): Promise<string | null> {
  const found = await sql<{ rules_reported: string | null }>`select rules_reported from inbox_practice
    where practice = ${practice}`.execute(db);
  return found.rows[0]?.rules_reported ?? null;
}
