// What a person must be told of: failed and unconfirmed messages, and what could not be matched. spec: messaging §3.5
import { openedField } from './kept-copies.ts';
import type { ResponseDesk } from './receive-responses.ts';
import type { TaskKind } from './tables.ts';

export interface PersonTask {
  readonly id: string;
  readonly kind: TaskKind;
  readonly openedAt: Date;
  readonly code: string | null;
  readonly text: string;
  /** The message it is about; undefined for responses that belong to none. */
  readonly message:
    | {
        readonly messageId: string;
        readonly patientName: string;
        readonly nhsNumber: string;
        readonly title: string;
        readonly practice: string | null;
        readonly sentAt: Date | null;
        readonly state: string;
      }
    | undefined;
}

/** Open tasks, oldest first. */
export async function tasksForPeople(desk: ResponseDesk): Promise<PersonTask[]> {
  const rows = await desk.store.db
    .selectFrom('sender_task as task')
    .leftJoin('sender_message as message', (join) =>
      join.onRef('message.mailbox', '=', 'task.mailbox').onRef('message.message_id', '=', 'task.message_id'),
    )
    .select([
      'task.id',
      'task.kind',
      'task.opened_at',
      'task.code',
      'task.text',
      'message.message_id',
      'message.patient_name',
      'message.patient_nhs_number',
      'message.title',
      'message.practice_ods',
      'message.sent_at',
      'message.state',
    ])
    .where('task.mailbox', '=', desk.mailbox)
    .where('task.closed_at', 'is', null)
    .orderBy('task.opened_at')
    .orderBy('task.id')
    .execute();
  const person = (row: (typeof rows)[number], column: 'patient_name' | 'patient_nhs_number') => {
    const key = { mailbox: desk.mailbox, message_id: row.message_id!, [column]: row[column]! };
    return openedField(desk.vault, key, column);
  };
  return rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    openedAt: row.opened_at,
    code: row.code,
    text: row.text,
    message:
      row.message_id === null
        ? undefined
        : {
            messageId: row.message_id,
            patientName: person(row, 'patient_name'),
            nhsNumber: person(row, 'patient_nhs_number'),
            title: row.title!,
            practice: row.practice_ods,
            sentAt: row.sent_at,
            state: row.state!,
          },
  }));
}

/** Closes a task: a person was told and did what was needed. False if it is closed or not there. */
export async function closeTask(
  desk: ResponseDesk,
  id: string,
  user: string,
  note: string,
): Promise<boolean> {
  const { numUpdatedRows } = await desk.store.db
    .updateTable('sender_task')
    .set({ closed_at: desk.now(), closed_by: user, closing_note: note })
    .where('mailbox', '=', desk.mailbox)
    .where('id', '=', id)
    .where('closed_at', 'is', null)
    .executeTakeFirst();
  return numUpdatedRows > 0n;
}
