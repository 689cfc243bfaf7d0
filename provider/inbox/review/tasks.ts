// Tasks beside the review of items: what is overdue goes to the practice's leads; other tasks are done by hand.
// spec: messaging SG-12, SG-15, SG-22
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand, has } from './access.ts';
import { InboxRefusal } from './refusals.ts';

interface TaskRow {
  practice: string;
  task_key: number;
  kind: string;
  item_key: number | null;
  message_key: number | null;
  purpose: 'action' | 'information';
  priority: number;
  restricted: boolean;
  note: string | null;
  created_at: Date;
  due_at: Date;
  escalated_at: Date | null;
  done_at: Date | null;
}

const taskView = (row: TaskRow, now: Date) => ({
  task: row.task_key,
  kind: row.kind,
  item: row.item_key,
  purpose: row.purpose,
  priority: row.priority,
  note: row.note,
  createdAt: row.created_at.toISOString(),
  dueAt: row.due_at.toISOString(),
  overdue: row.due_at <= now,
  escalatedAt: row.escalated_at?.toISOString() ?? null,
});

/** Open tasks the user may see, most pressing first. `escalated`: the leads' list. */
export async function listTasks(
  { db, ports }: InboxRooms,
  practice: string,
  user: StaffUser,
  filter: { readonly escalated?: boolean } = {},
) {
  const settings = await settingsOf(db, practice);
  demand(user, settings, filter.escalated === true ? 'leadRoles' : 'readRoles');
  const found = await sql<TaskRow>`select * from inbox_task
    where practice = ${practice} and done_at is null
    order by priority, due_at, task_key limit 500`.execute(db);
  return found.rows
    .filter(
      ({ restricted }) =>
        !restricted || has(user, settings, 'sensitiveRoles') || has(user, settings, 'leadRoles'),
    )
    .filter(({ escalated_at }) => filter.escalated !== true || escalated_at !== null)
    .map((row) => taskView(row, ports.now()));
}

/** Ends a task that is no review: reviews end with their item. @throws InboxRefusal NOT_FOUND */
export async function finishTask(
  { db, ports }: InboxRooms,
  practice: string,
  task: number,
  user: StaffUser,
): Promise<void> {
  demand(user, await settingsOf(db, practice), 'reviewRoles');
  await inPractice(db, practice, async (step) => {
    const done = await sql`update inbox_task set done_at = ${ports.now()}, done_by = ${user.name}
      where practice = ${practice} and task_key = ${task} and kind <> 'review' and done_at is null
      returning task_key`.execute(step);
    if (done.rows.length === 0) throw new InboxRefusal('NOT_FOUND', 'There is no such task to finish');
    await addEvents(step, practice, ports.now(), [{ step: 'task-done', by: user, detail: { task } }]);
  });
}

/** Puts what is overdue on the leads' list, once. Answers how many are new there. */
export async function escalateOverdue({ db, ports }: InboxRooms): Promise<number> {
  const now = ports.now();
  const found = await sql<TaskRow>`select * from inbox_task
    where done_at is null and escalated_at is null and due_at <= ${now}
    order by practice, task_key limit 1000`.execute(db);
  let escalated = 0;
  for (const practice of new Set(found.rows.map((row) => row.practice))) {
    await inPractice(db, practice, async (step) => {
      const rows = await sql<TaskRow>`update inbox_task set escalated_at = ${now}
        where practice = ${practice} and done_at is null and escalated_at is null and due_at <= ${now}
        returning *`.execute(step);
      escalated += rows.rows.length;
      await addEvents(
        step,
        practice,
        now,
        rows.rows.map((row) => ({
          step: 'escalated' as const,
          itemKey: row.item_key ?? undefined,
          messageKey: row.message_key ?? undefined,
          detail: { task: row.task_key, due: row.due_at.toISOString() },
        })),
      );
    });
    ports.onAlert({ kind: 'overdue', practice, detail: 'unreviewed messages are overdue' });
  }
  return escalated;
}
