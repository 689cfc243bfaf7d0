// The consumer's MESH client: sends and collects as it does in life, its journal in memory.
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { memoryJournal, openConnection, openMailbox } from '@gp-connect/consumer/mesh';
import { pharmacy, practice, SHARED_KEY, WORKFLOW } from '../../mesh/mesh-for-tests.ts';
import { largePayload, type MeshTask, SMALL_BYTES, type TaskOf } from '../mesh-load.ts';
import type { Identity } from '../mesh-scene.ts';
import { atOnce, paced } from '../pace.ts';
import { playRole } from './role.ts';

interface Config {
  readonly port: number;
  readonly identity: Identity;
  readonly folder: string;
}

await playRole(async ({ port, identity, folder }: Config) => {
  const connection = openConnection({ url: `https://127.0.0.1:${port}`, tls: identity, connections: 16 });
  const open = ({ id, password }: typeof pharmacy) =>
    openMailbox({
      mailboxId: id,
      password,
      sharedKey: SHARED_KEY,
      connection,
      journal: memoryJournal(),
    });
  const [sender, reader] = [open(pharmacy), open(practice)];
  const small = randomBytes(SMALL_BYTES);
  const sendSmall = () =>
    sender.send({ to: practice.id, workflowId: WORKFLOW, payload: small, compress: 'never' });
  const tasks: { [Do in MeshTask['do']]: (task: TaskOf<Do>) => Promise<unknown> } = {
    rate: ({ seconds, connections }) => atOnce(connections, seconds, sendSmall),
    paced: ({ seconds, perSecond }) => paced(perSecond, seconds, sendSmall),
    async send({ bytes }) {
      const { messageId } = await sender.send({
        to: practice.id,
        workflowId: WORKFLOW,
        payload: largePayload(bytes),
        compress: 'never',
      });
      return messageId;
    },
    async receive({ messageId }) {
      const target = join(folder, messageId);
      const { size } = await reader.downloadTo(messageId, target);
      await reader.acknowledge(messageId);
      rmSync(target);
      return size;
    },
  };
  return {
    ready: true,
    answer: (task: MeshTask) => tasks[task.do](task as never),
    close: () => connection.close(),
  };
});
