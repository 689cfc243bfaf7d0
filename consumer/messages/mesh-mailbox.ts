// The sender's port over the MESH client, and the client's journal in the sender's database. spec: mesh §5, §8 C4
import { buffer } from 'node:stream/consumers';
import type { Store } from '@gp-connect/foundation/store';
import {
  MeshAuthenticationError,
  MeshGoneError,
  type MeshMailbox,
  MeshNotFoundError,
  MeshRefusedError,
  MeshUnavailableError,
  type SendEntry,
  type SendJournal,
} from '../mesh/index.ts';
import type { OutgoingMessage, SenderMailbox, SendResult } from './ports.ts';
import type { SenderDatabase } from './tables.ts';

/** A response is small; what is larger is cut off and counts as unreadable. */
const largestResponse = 6 * 1024 * 1024;

/** What an error of the client says of the message's fate. */
function resultOf(error: unknown): SendResult {
  if (error instanceof MeshAuthenticationError || error instanceof MeshUnavailableError) {
    return { outcome: 'not-sent', reason: error.code };
  }
  if (error instanceof MeshRefusedError) {
    const code = error.meshCode || String(error.status);
    return error.status >= 500
      ? { outcome: 'not-sent', reason: code }
      : { outcome: 'refused', code, reason: error.message };
  }
  return { outcome: 'unknown', reason: error instanceof Error ? error.message : 'unknown fault' };
}

/** The sender's port over an open mailbox. The mailbox's journal must outlive the process: `senderJournal`. */
export function senderMailbox(mailbox: MeshMailbox): SenderMailbox {
  return {
    sendsOnce: true,
    async send({ sendId, fields, body, contentType = 'application/fhir+xml' }: OutgoingMessage) {
      try {
        const { messageId } = await mailbox.send({
          sendId,
          to: fields.to,
          workflowId: fields.workflowId,
          subject: fields.subject,
          localId: fields.localId,
          fileName: fields.fileName,
          contentType,
          payload: body,
        });
        return { outcome: 'accepted', meshId: messageId };
      } catch (error) {
        return resultOf(error);
      }
    },
    async waiting() {
      const ids: string[] = [];
      for await (const id of mailbox.list()) ids.push(id);
      return ids;
    },
    async download(meshId) {
      try {
        const { info, payload } = await mailbox.download(meshId, { maxBytes: largestResponse });
        const { linkedMessageId = '', status } = info;
        return {
          type: info.type,
          workflowId: info.workflowId,
          subject: info.subject ?? '',
          from: info.from,
          ...(info.type === 'REPORT'
            ? { report: { linkedMeshId: linkedMessageId, code: status.code, text: status.description } }
            : {}),
          body: await buffer(payload),
        };
      } catch (error) {
        if (error instanceof MeshGoneError || error instanceof MeshNotFoundError) return undefined;
        throw error;
      }
    },
    acknowledge: (meshId) => mailbox.acknowledge(meshId),
  };
}

/** A send journal in the sender's database: what the client began is known after a restart, on any machine. */
export function senderJournal({ db }: Store<SenderDatabase>, mailbox: string): SendJournal {
  const mine = () => db.selectFrom('sender_send').where('mailbox', '=', mailbox);
  const entryOf = ({ entry }: { entry: string }): SendEntry => JSON.parse(entry) as SendEntry;
  return {
    async find(sendId) {
      const row = await mine().select('entry').where('send_id', '=', sendId).executeTakeFirst();
      return row && entryOf(row);
    },
    async record(entry) {
      const fields = {
        is_open: entry.state === 'sending' || entry.state === 'uploading',
        mesh_id: entry.messageId ?? null,
        entry: JSON.stringify(entry),
      };
      await db
        .insertInto('sender_send')
        .values({ mailbox, send_id: entry.sendId, ...fields })
        .onConflict((conflict) => conflict.columns(['mailbox', 'send_id']).doUpdateSet(fields))
        .execute();
    },
    async knownMessages() {
      const rows = await mine().select('mesh_id').where('mesh_id', 'is not', null).execute();
      return new Set(rows.map(({ mesh_id: id }) => id!));
    },
    async open() {
      return (await mine().select('entry').where('is_open', '=', true).execute()).map(entryOf);
    },
    close: async () => undefined,
  };
}
