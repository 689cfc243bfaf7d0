// `gpc mesh inbox`, `download`, `acknowledge`: what waits in a mailbox. spec: mesh §3.2–§3.5, §8 C5, C6
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { MeshMailbox, MessageInfo } from '@gp-connect/consumer/mesh';
import { needed, printJson } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { accountHelp, accountOptions, withMailbox } from './account.ts';

export const inbox: Command = {
  help: `
gpc mesh inbox: the messages that wait, oldest first

  --workflow FILTER  only these: W equal, W* begins with, *W* contains, ! in front for the opposite
  --details          what each is: from, workflow, subject, size in chunks (one request each)
${accountHelp}
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        ...accountOptions,
        workflow: { type: 'string' },
        details: { type: 'boolean', default: false },
      },
    });
    const filter = values.workflow === undefined ? {} : { workflowFilter: values.workflow };
    await withMailbox(values, async ({ mailbox }) => {
      const found: (MessageInfo | { messageId: string })[] = [];
      for await (const messageId of mailbox.list(filter)) {
        const one = values.details ? await mailbox.describe(messageId) : { messageId };
        if (values.json) found.push(one);
        else console.log('workflowId' in one ? described(one) : messageId);
      }
      if (values.json) printJson({ mailbox: mailbox.mailboxId, messages: found });
    });
    return exitCode.done;
  },
};

const described = ({
  messageId,
  type,
  from,
  workflowId,
  totalChunks,
  subject,
  status,
}: MessageInfo): string =>
  type === 'REPORT'
    ? `${messageId}  report  ${workflowId}  ${status.code} ${status.description}`
    : `${messageId}  from ${from}  ${workflowId}  ${totalChunks} chunk${totalChunks === 1 ? '' : 's'}  ${subject ?? ''}`.trimEnd();

export const download: Command = {
  help: `
gpc mesh download ID --to FILE: a message, of any size; several or all into a folder

  ID …               message ids; --all for everything that waits
  --to FILE          where it goes; - for standard output. With several ids, or --all: a folder, each as ID.dat
                     with its headers beside it as ID.json
  --workflow FILTER  with --all: only these
  --acknowledge      acknowledge each once it is stored and checked; it cannot be fetched again then
${accountHelp}

A file appears only when everything has come and its checksum was checked.

Examples
  gpc mesh download 20261121182257886000_UC1D2Y --as A83901 --to message.xml
  gpc mesh download --all --as A83901 --to /var/spool/mesh --acknowledge
`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...accountOptions,
        to: { type: 'string' },
        all: { type: 'boolean', default: false },
        workflow: { type: 'string' },
        acknowledge: { type: 'boolean', default: false },
      },
    });
    const to = needed(values.to, '--to FILE');
    if (values.all === positionals.length > 0)
      throw new CommandError('give message ids, or --all', exitCode.usage);
    const single = !values.all && positionals.length === 1;
    if (to === '-' && (!single || values.acknowledge))
      throw new CommandError(
        '--to - takes one message, and cannot be acknowledged before it is stored: use "gpc mesh acknowledge" after',
        exitCode.usage,
      );
    await withMailbox(values, async ({ mailbox }) => {
      if (to === '-') return toOutput(mailbox, positionals[0]!);
      const filter = values.workflow === undefined ? {} : { workflowFilter: values.workflow };
      const ids = values.all ? mailbox.list(filter) : positionals;
      const stored: object[] = [];
      for await (const id of ids) {
        const path = single ? to : join(to, `${id}.dat`);
        const { info, size, sha256 } = await mailbox.downloadTo(id, path);
        if (!single)
          await writeFile(join(to, `${id}.json`), `${JSON.stringify(info, null, 2)}\n`, { mode: 0o600 });
        if (values.acknowledge) await mailbox.acknowledge(id);
        stored.push({ ...info, path, size, sha256, acknowledged: values.acknowledge });
        if (!values.json) console.log(`${id}  ${size} bytes  ${path}`);
      }
      if (values.json) printJson(single ? stored[0] : { messages: stored });
    });
    return exitCode.done;
  },
};

async function toOutput(mailbox: MeshMailbox, id: string): Promise<void> {
  const { payload } = await mailbox.download(id);
  await pipeline(payload, process.stdout, { end: false });
}

export const acknowledge: Command = {
  help: `
gpc mesh acknowledge ID …: tells MESH that messages are safely stored; they cannot be fetched again
${accountHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: accountOptions });
    if (positionals.length === 0) throw new CommandError('give the ids of messages', exitCode.usage);
    await withMailbox(values, async ({ mailbox }) => {
      for (const id of positionals) await mailbox.acknowledge(id);
    });
    if (values.json) printJson({ acknowledged: positionals });
    return exitCode.done;
  },
};
