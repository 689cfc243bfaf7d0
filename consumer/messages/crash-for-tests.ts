// For tests: a process of its own that sends what is due and is killed after MESH took the message, before the answer
// is recorded. Arguments: database address, schema or -, file in which MESH's memory lives.
import { readFileSync, writeFileSync } from 'node:fs';
import { openStore } from '@gp-connect/foundation/store';
import { createRestVault } from '@gp-connect/foundation/trust';
import type { SenderMailbox } from './ports.ts';
import { openMessageSender } from './sender.ts';
import { countedIds, sender, testDirectory, testMailbox } from './sender-for-tests.ts';
import { type SenderDatabase, senderMigrations } from './tables.ts';

/** Both processes of the test open what the other kept. */
export const crashVault = createRestVault([Buffer.alloc(32, 7)]);

/** A mailbox whose memory is a file: what it accepted, by send id. */
export function rememberedMailbox(file: string, sendsOnce: boolean, afterAccept: () => void): SenderMailbox {
  const accepted = (): string[] => readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return {
    ...testMailbox(),
    sendsOnce,
    async send({ sendId }) {
      const before = accepted();
      if (!sendsOnce || !before.includes(sendId)) writeFileSync(file, `${sendId}\n`, { flag: 'a' });
      afterAccept();
      return { outcome: 'accepted', meshId: `MESH-${sendId}` };
    },
  };
}

if (import.meta.main) {
  const [url, schema, file] = process.argv.slice(2) as [string, string, string];
  const store = await openStore<SenderDatabase>(
    { url, ...(schema === '-' ? {} : { schema }) },
    senderMigrations,
  );
  const messages = openMessageSender({
    store,
    vault: crashVault,
    sender,
    mesh: rememberedMailbox(file, true, () => process.kill(process.pid, 'SIGKILL')),
    directory: testDirectory,
    now: () => new Date('2025-10-01T14:05:00Z'),
    newId: countedIds(50),
  });
  await messages.sendDue();
}
