// The database as the inbox sees it: its own tables beside those of the record and the controls.
import { type Kysely, type Store, sql, type Transaction } from '@gp-connect/foundation/store';

// biome-ignore lint/suspicious/noExplicitAny: the deployment's own tables are of no matter here
export type InboxDb = Kysely<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type InboxTransaction = Transaction<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type InboxStore = Store<any>;

/**
 * One transaction that has the practice's inbox to itself. Every change of a practice's inbox goes through it, so that
 * the chain of events has one order.
 */
export function inPractice<Result>(
  db: InboxDb,
  practice: string,
  work: (step: InboxTransaction) => Promise<Result>,
): Promise<Result> {
  return db.transaction().execute(async (step) => {
    await sql`insert into inbox_practice (practice) values (${practice}) on conflict do nothing`.execute(
      step,
    );
    await sql`select 1 from inbox_practice where practice = ${practice} for update`.execute(step);
    return work(step);
  });
}
