// Measures MESH: `node testbed/mesh/measure.ts rate [messages per second] [seconds]` sends 50 KB messages with durable
// acceptance; `node testbed/mesh/measure.ts memory [megabytes]` moves one large message and prints the memory of each
// side. On PostgreSQL with fsync on, a process for the server and one for the client. spec: VOL-11, mesh §7
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryJournal, openConnection, openMailbox } from '@gp-connect/consumer/mesh';
import { startTestPostgres } from '@gp-connect/foundation/store';
import { killNow, makeMeshHome } from './mesh-child.ts';
import { pharmacy, practice, SHARED_KEY, WORKFLOW } from './mesh-for-tests.ts';

const MEGABYTE = 1024 * 1024;
const [what = 'rate', first, second] = process.argv.slice(2);

interface Place {
  origin: string;
  client: Parameters<typeof openConnection>[0]['tls'];
  folder: string;
  /** Memory of the server's process, in bytes. */
  serverMemory(): Promise<number>;
}

const open = ({ origin, client }: Place, { id, password }: typeof pharmacy) => {
  const connection = openConnection({ url: origin, tls: client!, connections: 16 });
  const mailbox = openMailbox({
    mailboxId: id,
    password,
    sharedKey: SHARED_KEY,
    connection,
    journal: memoryJournal(),
  });
  return { mailbox, connection };
};

async function rate(place: Place, perSecond: number, seconds: number): Promise<void> {
  const { mailbox, connection } = open(place, pharmacy);
  const payload = randomBytes(50_000);
  const took: number[] = [];
  const began = performance.now();
  const sends: Promise<void>[] = [];
  for (let i = 0; i < perSecond * seconds; i++) {
    const due = began + (i * 1000) / perSecond;
    if (due > performance.now()) await wait(due - performance.now());
    sends.push(
      mailbox.send({ to: practice.id, workflowId: WORKFLOW, payload, compress: 'never' }).then(() => {
        // From when it was due: a late start counts.
        took.push(performance.now() - due);
      }),
    );
  }
  await Promise.all(sends);
  const elapsed = (performance.now() - began) / 1000;
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.floor(share * (took.length - 1))]!.toFixed(0);
  console.log(
    `${took.length} messages of 50 KB in ${elapsed.toFixed(1)} s: ${(took.length / elapsed).toFixed(1)}/s accepted durably; ` +
      `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms; server ${mb(await place.serverMemory())} MB`,
  );
  await connection.close();
}

async function memory(place: Place, megabytes: number): Promise<void> {
  const { mailbox, connection } = open(place, pharmacy);
  const { mailbox: reader, connection: other } = open(place, practice);
  const warm = await mailbox.send({ to: practice.id, workflowId: WORKFLOW, payload: randomBytes(100_000) });
  await reader.downloadTo(warm.messageId, join(place.folder, 'warm'));
  await reader.acknowledge(warm.messageId);
  const piece = randomBytes(65_536);
  const size = megabytes * MEGABYTE;
  const payload = {
    size,
    async *open(start: number, end: number) {
      for (let at = start; at < end; at += piece.length)
        yield piece.subarray(0, Math.min(piece.length, end - at));
    },
  };
  const before = { server: await place.serverMemory(), client: process.memoryUsage().rss };
  const most = { ...before };
  const watching = setInterval(async () => {
    most.client = Math.max(most.client, process.memoryUsage().rss);
    most.server = Math.max(most.server, await place.serverMemory());
  }, 200);
  const began = performance.now();
  const { messageId } = await mailbox.send({
    to: practice.id,
    workflowId: WORKFLOW,
    payload,
    compress: 'never',
  });
  const sent = performance.now();
  const target = join(place.folder, 'large');
  const got = await reader.downloadTo(messageId, target);
  const done = performance.now();
  clearInterval(watching);
  rmSync(target);
  if (got.size !== size) throw new Error(`${got.size} bytes came`);
  for (const side of ['server', 'client'] as const)
    console.log(
      `${side}: RSS ${mb(before[side])} MB before, ${mb(most[side])} MB at most, ${mb(most[side] - before[side])} MB more`,
    );
  const speed = (ms: number) => `${((megabytes / ms) * 1000).toFixed(0)} MB/s`;
  console.log(`${megabytes} MiB: sent at ${speed(sent - began)}, received at ${speed(done - sent)}`);
  await Promise.all([connection.close(), other.close()]);
}

const mb = (bytes: number) => (bytes / 1e6).toFixed(0);

/** The client runs in a process of its own, so that its memory is nobody else's. */
if (process.send) {
  process.once('message', async (given: { origin: string; client: Place['client']; folder: string }) => {
    const serverMemory = async () => {
      process.send!('memory');
      const [answer] = (await once(process, 'message')) as [{ rss: number }];
      return answer.rss;
    };
    const place = { ...given, serverMemory };
    if (what === 'memory') await memory(place, Number(first ?? 2048));
    else await rate(place, Number(first ?? 50), Number(second ?? 20));
    process.exit(0);
  });
} else {
  const postgres = await startTestPostgres();
  const home = await makeMeshHome({ url: postgres.url });
  const { child: server, origin } = await home.start();
  try {
    const client = fork(fileURLToPath(import.meta.url), process.argv.slice(2));
    client.on('message', () => server.send('memory'));
    server.on('message', (answer) => client.connected && client.send(answer as object));
    client.send({ origin, client: home.client, folder: home.folder });
    await once(client, 'exit');
  } finally {
    await killNow(server);
    home.remove();
    postgres.stop();
  }
}
