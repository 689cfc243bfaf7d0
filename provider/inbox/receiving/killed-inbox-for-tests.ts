// For tests: a process that collects messages from a folder and is killed while it does.
// Arguments: database address, folder of messages, folder of what was sent. A message file disappears when acknowledged.
import { randomUUID } from 'node:crypto';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fillTestPractice, openTestInbox, practiceMailbox } from '../inbox-under-test.ts';
import type { Mailbox } from '../index.ts';

const [url, waiting, sent, fill] = process.argv.slice(2) as [string, string, string, string | undefined];

const mailbox: Mailbox = {
  id: practiceMailbox,
  list: async () => readdirSync(waiting).sort(),
  async download(meshMessageId) {
    const body = readFileSync(join(waiting, meshMessageId));
    return {
      meta: {
        meshMessageId,
        mailbox: practiceMailbox,
        from: 'X26OT900',
        workflowId: 'GPCONNECT_UPDATE_RECORD',
        messageType: 'DATA',
      },
      body: (async function* () {
        yield body;
      })(),
    };
  },
  async acknowledge(messageId) {
    rmSync(join(waiting, messageId), { force: true });
    process.stdout.write('acknowledged\n');
  },
  async send({ body }) {
    appendFileSync(sent, `${JSON.stringify(body)}\n`);
    return { messageId: randomUUID() };
  },
};

const it = await openTestInbox({ url });
if (fill === 'fill') await fillTestPractice(it);
process.stdout.write('open\n');
// Answers left over by a process that was killed are free again after their claim: let the clock pass it.
it.clock.now = new Date(it.clock.now.getTime() + Number(process.env.LATER_MS ?? 0));
await it.inbox.collect(mailbox);
await it.inbox.sendAnswers(mailbox);
await it.close();
process.stdout.write('finished\n');
