// For tests: a running practice portal with its issuer and a practice inbox API in memory.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gp-connect/foundation/http';
import { type Issuer, startIssuer } from '../../kit/testing/issuer.ts';
import { freePort } from '../../kit/testing/servers.ts';
import { practiceSettings, startPracticePortal } from '../index.ts';
import type { Story } from './made-up-messages.ts';
import { type StandInInbox, startStandInInbox } from './stand-in-inbox.ts';

export interface TestPractice {
  readonly url: string;
  readonly issuer: Issuer;
  readonly inbox: StandInInbox;
  /** Of A82777, a practice on another GP system. */
  readonly otherInbox: StandInInbox;
  /** Every line logged. */
  readonly log: string[];
  close(): Promise<void>;
}

export async function startTestPractice(open: readonly Story[] = []): Promise<TestPractice> {
  const folder = await mkdtemp(join(tmpdir(), 'practice-'));
  const inbox = await startStandInInbox(open);
  const otherInbox = await startStandInInbox([], 'A82777');
  const issuer = await startIssuer({
    uuid: '555011112222',
    family: 'Okafor',
    given: 'Adaeze',
    ods: 'A82999',
    organisation: 'Test Hill Surgery',
    roles: ['clinician'],
  });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log: string[] = [];
  const portal = await startPracticePortal(
    practiceSettings.parse({
      port,
      publicUrl: url,
      issuer: issuer.url,
      clientId: 'practice',
      clientSecret: 'a-secret-for-the-portal-tests',
      audience: 'https://practice.example/inbox',
      inboxes: { A82999: inbox.url, A82777: otherInbox.url },
      sessionSecretFile: join(folder, 'session'),
    }),
    { logger: createLogger({ name: 'practice', destination: { write: (line) => log.push(line) } }) },
  );
  return {
    url,
    issuer,
    inbox,
    otherInbox,
    log,
    async close() {
      await portal.close();
      await issuer.close();
      await inbox.close();
      await otherInbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
