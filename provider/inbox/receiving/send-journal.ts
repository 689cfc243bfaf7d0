// What MESH was asked to send, in the inbox's own database and written before it is asked: an answer that a killed
// process began to send is found again by its send id and never made a second time. spec: mesh §8 C4; messaging §3.1
import { sql } from '@gp-connect/foundation/store';
import type { InboxDb } from '../inbox-database.ts';

/** An entry of a MESH client's journal. The inbox reads only what it needs to find it again. */
export interface AnswerSendEntry {
  readonly sendId: string;
  readonly state: string;
  readonly messageId?: string;
}

/** A journal of one mailbox, of the shape a MESH client asks for. */
export interface AnswerJournal<Entry extends AnswerSendEntry> {
  find(sendId: string): Promise<Entry | undefined>;
  record(entry: Entry): Promise<void>;
  knownMessages(): Promise<ReadonlySet<string>>;
  open(): Promise<readonly Entry[]>;
  close(): Promise<void>;
}

const underWay: readonly string[] = ['sending', 'uploading'];

/** The journal of a practice's mailbox; durable when `record` resolves. */
export function answerJournal<Entry extends AnswerSendEntry>(
  db: InboxDb,
  mailbox: string,
): AnswerJournal<Entry> {
  const entriesOf = (rows: readonly { entry: string }[]): Entry[] =>
    rows.map(({ entry }) => JSON.parse(entry) as Entry);
  return {
    async find(sendId) {
      const found = await sql<{ entry: string }>`select entry from inbox_send
        where mailbox = ${mailbox} and send_id = ${sendId}`.execute(db);
      return entriesOf(found.rows)[0];
    },
    async record(entry) {
      await sql`insert into inbox_send (mailbox, send_id, is_open, mesh_id, entry)
        values (${mailbox}, ${entry.sendId}, ${underWay.includes(entry.state)}, ${entry.messageId ?? null},
          ${JSON.stringify(entry)})
        on conflict (mailbox, send_id) do update set is_open = excluded.is_open, mesh_id = excluded.mesh_id,
          entry = excluded.entry`.execute(db);
    },
    async knownMessages() {
      const found = await sql<{ mesh_id: string }>`select mesh_id from inbox_send
        where mailbox = ${mailbox} and mesh_id is not null`.execute(db);
      return new Set(found.rows.map(({ mesh_id: id }) => id));
    },
    async open() {
      const found = await sql<{ entry: string }>`select entry from inbox_send
        where mailbox = ${mailbox} and is_open`.execute(db);
      return entriesOf(found.rows);
    },
    close: async () => undefined,
  };
}
