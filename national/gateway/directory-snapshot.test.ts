// The feed: followed while it answers, believed for five minutes without it, never longer. RTE-06, SLA-05
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createLogger, listenAddress } from '@gp-connect/foundation/http';
import { openAuthority, serverTls } from '@gp-connect/foundation/trust';
import { followDirectory } from './directory-snapshot.ts';
import { consumer, nationalData, practice, until } from './gateway-for-tests.ts';

test('RTE-06 the snapshot follows changes, reloads where it must, and is not believed without contact', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-feed-'));
  const authority = await openAuthority(folder, { clock: Date.now });
  const [directoryIdentity, identity] = await Promise.all([
    authority.issue({ commonName: 'directory.example', dnsNames: ['localhost'], usages: 'server' }),
    authority.issue({ commonName: 'gateway.example', usages: 'client' }),
  ]);
  let now = 1_000_000;
  let answering = true;
  const data = nationalData();
  const changes: unknown[] = [];
  let reload = false;
  let polls = 0;
  const server = createServer(serverTls(directoryIdentity, { clients: 'reject' }), (request, response) => {
    if (!answering) {
      request.socket.destroy();
      return;
    }
    const { pathname, searchParams } = new URL(request.url!, 'https://x');
    if (pathname.endsWith('/snapshot')) response.end(JSON.stringify(data));
    else {
      polls += 1;
      const after = Number(searchParams.get('after'));
      const newer = reload ? [] : changes.slice(after - 1);
      response.end(
        JSON.stringify({ version: 1 + changes.length, reload: reload && after < 50, changes: newer }),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const feed = followDirectory({
    url: `https://localhost:${listenAddress(server).port}/directory/v1`,
    identity,
    trustSeconds: 300,
    clock: () => now,
    logger: createLogger({ name: 'test', destination: { write: () => {} } }),
    retryMs: 5,
  });
  assert.equal(feed.current(), null);
  await feed.ready;
  assert.equal(feed.current()!.system(consumer.asid)!.ods, consumer.ods);

  changes.push({
    version: 2,
    kind: 'refused-pair',
    item: { from: consumer.asid, to: practice.asid, refused: true },
  });
  await until(() => feed.current()!.isPairRefused(consumer.asid, practice.asid));

  data.version = 50;
  data.organisations = data.organisations.filter(({ ods }) => ods !== 'FZZ01');
  reload = true;
  await until(() => feed.current()!.version === 50);
  assert.equal(feed.current()!.organisation('FZZ01'), undefined);

  const seen = polls;
  await until(() => polls > seen + 2);
  answering = false;
  server.closeAllConnections();
  await new Promise((resolve) => setTimeout(resolve, 50));
  now += 300_000;
  assert.notEqual(feed.current(), null);
  now += 1;
  assert.equal(feed.current(), null);
  answering = true;
  await until(() => feed.current() !== null);
  await feed.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
