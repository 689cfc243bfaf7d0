// The client of bare-store.ts: the same tasks as mesh-client.ts, over bare Node streams.
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { clientTls } from '@gp-connect/foundation/trust';
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
  const agent = new Agent({ keepAlive: true, maxSockets: 16, ...clientTls(identity) });
  const ask = (method: string, id: string) =>
    request({ host: '127.0.0.1', port, path: `/${id}`, method, agent });
  const small = randomBytes(SMALL_BYTES);
  const sendSmall = async (): Promise<void> => {
    const [response] = (await once(ask('POST', randomUUID()).end(small), 'response')) as [IncomingMessage];
    for await (const _ of response);
  };
  const tasks: { [Do in MeshTask['do']]: (task: TaskOf<Do>) => Promise<unknown> } = {
    rate: ({ seconds, connections }) => atOnce(connections, seconds, sendSmall),
    paced: ({ seconds, perSecond }) => paced(perSecond, seconds, sendSmall),
    async send({ bytes }) {
      const id = randomUUID();
      const posting = ask('POST', id);
      const answered = once(posting, 'response') as Promise<[IncomingMessage]>;
      await pipeline(Readable.from(largePayload(bytes).open(0, bytes), { objectMode: false }), posting);
      for await (const _ of (await answered)[0]);
      return id;
    },
    async receive({ messageId }) {
      const target = join(folder, `bare-${messageId}`);
      const [response] = (await once(ask('GET', messageId).end(), 'response')) as [IncomingMessage];
      await pipeline(response, createWriteStream(target));
      const file = await open(target, 'r');
      await file.sync();
      const { size } = await file.stat();
      await file.close();
      rmSync(target);
      return size;
    },
  };
  return {
    ready: true,
    answer: (task: MeshTask) => tasks[task.do](task as never),
    close: async () => agent.destroy(),
  };
});
