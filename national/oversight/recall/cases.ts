// Recall cases: the case, its sign-offs and its events, each change in one transaction with its event. spec: INC-02, INC-14, INC-16
import { type Kysely, type Store, sql, type Transaction } from '@gp-connect/foundation/store';
import type { AuditPlace } from './ports.ts';
import type { RecallSelector, ResolvedSelector } from './selector.ts';

// biome-ignore lint/suspicious/noExplicitAny: opened together with other tables; statements name their own
export type OversightStore = Store<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type OversightDatabase = Kysely<any> | Transaction<any>;

/** `counting`: a dry run was asked for. `issued`: orders are out. */
export type RecallStatus = 'draft' | 'counting' | 'issued' | 'closed';

/** spec: INC-02 */
export interface Intake {
  readonly reportedBy: string;
  readonly hazard: string;
  /** 1 (worst) to 5. */
  readonly severity: number;
  readonly clinicalSafety: boolean;
  readonly informationGovernance: boolean;
  readonly multiSite: boolean;
}

export interface RecallCase {
  readonly id: string;
  readonly version: number;
  readonly status: RecallStatus;
  readonly title: string;
  readonly intake: Intake | null;
  readonly selector: RecallSelector;
  readonly resolved: ResolvedSelector;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly closedAt: string | null;
  readonly closure: unknown;
}

export interface By {
  readonly actor: string;
  readonly role: string;
  readonly at: string;
}

export type SignOffKind = 'quarantine' | 'residual' | 'closure';
export interface SignOff extends By {
  readonly kind: SignOffKind;
  /** What the decision is filed under; orders that depend on it carry it. */
  readonly reference: string;
  readonly statement: string;
}

export interface RecallEvent extends By {
  readonly action: string;
  readonly detail: unknown;
  /** Where it stands in the operator's audit log. */
  readonly audit: AuditPlace | null;
}

/** High severity service incident. spec: INC-02 */
export const isHssi = (intake: Intake | null): boolean =>
  intake !== null &&
  (intake.severity <= 2 || intake.multiSite || intake.clinicalSafety || intake.informationGovernance);

interface Row {
  id: string;
  version: number;
  status: RecallStatus;
  title: string;
  intake: string | null;
  selector: string;
  resolved: string;
  created_at: Date;
  created_by: string;
  closed_at: Date | null;
  closure: string | null;
}

const toCase = (row: Row): RecallCase => ({
  id: row.id,
  version: row.version,
  status: row.status,
  title: row.title,
  intake: row.intake === null ? null : (JSON.parse(row.intake) as Intake),
  selector: JSON.parse(row.selector) as RecallSelector,
  resolved: JSON.parse(row.resolved) as ResolvedSelector,
  createdAt: new Date(row.created_at).toISOString(),
  createdBy: row.created_by,
  closedAt: row.closed_at === null ? null : new Date(row.closed_at).toISOString(),
  closure: row.closure === null ? null : JSON.parse(row.closure),
});

export async function insertCase(
  db: OversightDatabase,
  made: Pick<RecallCase, 'id' | 'title' | 'intake' | 'selector' | 'resolved'>,
  by: By,
): Promise<void> {
  await sql`insert into recall_case (id, version, status, title, intake, selector, resolved, created_at, created_by)
    values (${made.id}, 1, 'draft', ${made.title}, ${made.intake && JSON.stringify(made.intake)},
      ${JSON.stringify(made.selector)}, ${JSON.stringify(made.resolved)}, ${by.at}, ${by.actor})`.execute(db);
}

export async function findCase(
  db: OversightDatabase,
  id: string,
  lock: 'lock' | 'look' = 'look',
): Promise<RecallCase | undefined> {
  const found = await sql<Row>`select * from recall_case where id = ${id}
    ${lock === 'lock' ? sql`for update` : sql``}`.execute(db);
  return found.rows[0] && toCase(found.rows[0]);
}

/** Newest first. */
export async function listCases(db: OversightDatabase, limit: number, start: number): Promise<RecallCase[]> {
  const found = await sql<Row>`select * from recall_case order by created_at desc, id
    limit ${limit} offset ${start}`.execute(db);
  return found.rows.map(toCase);
}

/** Writes the case with its version moved on by one, and answers it. */
export async function updateCase(
  db: OversightDatabase,
  current: RecallCase,
  change: Partial<
    Pick<RecallCase, 'status' | 'title' | 'intake' | 'selector' | 'resolved' | 'closedAt' | 'closure'>
  >,
): Promise<RecallCase> {
  const next = { ...current, ...change, version: current.version + 1 };
  await sql`update recall_case set version = ${next.version}, status = ${next.status}, title = ${next.title},
      intake = ${next.intake && JSON.stringify(next.intake)}, selector = ${JSON.stringify(next.selector)},
      resolved = ${JSON.stringify(next.resolved)}, closed_at = ${next.closedAt},
      closure = ${next.closure === null ? null : JSON.stringify(next.closure)}
    where id = ${next.id}`.execute(db);
  return next;
}

export async function insertSignOff(db: OversightDatabase, recall: string, signOff: SignOff): Promise<void> {
  await sql`insert into recall_sign_off (recall, kind, reference, statement, actor, role, at)
    values (${recall}, ${signOff.kind}, ${signOff.reference}, ${signOff.statement}, ${signOff.actor},
      ${signOff.role}, ${signOff.at})`.execute(db);
}

export async function readSignOffs(db: OversightDatabase, recall: string): Promise<SignOff[]> {
  const found = await sql<
    Omit<SignOff, 'at'> & { at: Date }
  >`select kind, reference, statement, actor, role, at
    from recall_sign_off where recall = ${recall} order by ordinal`.execute(db);
  return found.rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}

export async function insertEvent(
  db: OversightDatabase,
  recall: string,
  { at, actor, role, action, detail, audit }: RecallEvent,
): Promise<void> {
  await sql`insert into recall_event (recall, at, actor, role, action, detail, log_origin, log_index)
    values (${recall}, ${at}, ${actor}, ${role}, ${action}, ${JSON.stringify(detail)}, ${audit?.origin ?? null},
      ${audit?.index ?? null})`.execute(db);
}

export async function readEvents(db: OversightDatabase, recall: string): Promise<RecallEvent[]> {
  const found = await sql<
    Omit<RecallEvent, 'at' | 'detail' | 'audit'> & {
      at: Date;
      detail: string;
      origin: string | null;
      index: number | null;
    }
  >`select at, actor, role, action, detail, log_origin as origin, log_index::int as index
    from recall_event where recall = ${recall} order by id`.execute(db);
  return found.rows.map(({ origin, index, ...row }) => ({
    ...row,
    at: new Date(row.at).toISOString(),
    detail: JSON.parse(row.detail),
    audit: origin === null || index === null ? null : { origin, index },
  }));
}
