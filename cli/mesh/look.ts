// `gpc mesh handshake`, `track`, `lookup`: whether a mailbox works, where a message is, who receives what.
// spec: mesh §3.1, §3.7, §3.8
import { parseArgs } from 'node:util';
import { printJson } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { accountHelp, accountOptions, withMailbox } from './account.ts';

export const handshake: Command = {
  help: `
gpc mesh handshake: whether mailbox, password, shared key and certificate are right; a live mailbox needs one a day
${accountHelp}
`,
  async run(args) {
    const { values } = parseArgs({ args, options: accountOptions });
    const mailbox = await withMailbox(values, async ({ mailbox }) => {
      await mailbox.handshake();
      return mailbox.mailboxId;
    });
    if (values.json) printJson({ mailbox, valid: true });
    else console.log(`Mailbox ${mailbox} can be used.`);
    return exitCode.done;
  },
};

export const track: Command = {
  help: `
gpc mesh track ID: where a message that was sent from this mailbox is. It tells of transport only: whether the receiver
took it, its own acknowledgement says

  --local-id TEXT    by the local id it was sent with, in place of its message id
${accountHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...accountOptions, 'local-id': { type: 'string' } },
    });
    const [id] = positionals;
    const localId = values['local-id'];
    if (positionals.length > 1 || (id === undefined) === (localId === undefined))
      throw new CommandError('give one message id, or --local-id', exitCode.usage);
    const found = await withMailbox(values, ({ mailbox }) =>
      id === undefined ? mailbox.trackByLocalId(localId!) : mailbox.track(id),
    );
    if (found === undefined)
      throw new CommandError('no message was sent with this local id', exitCode.refused);
    if (found === 'several')
      throw new CommandError('several messages have this local id: give the message id', exitCode.refused);
    if (values.json) printJson(found);
    else {
      const rows: [string, string | null][] = [
        ['Message', found.messageId],
        ['Status', [found.status, found.statusCode, found.statusDescription].filter(Boolean).join(' ')],
        ['Workflow', found.workflowId],
        ['To', [found.recipient, found.recipientOds, found.recipientName].filter(Boolean).join(' ')],
        ['Sent', found.uploadedAt],
        ['Changed', found.statusAt],
        ['Expires', found.expiresAt],
      ];
      for (const [label, value] of rows) if (value) console.log(`${label.padEnd(9)} ${value}`);
    }
    return exitCode.done;
  },
};

export const lookup: Command = {
  help: `
gpc mesh lookup ODS WORKFLOW: the mailboxes of an organisation that receive a workflow; without ODS, all of them

Exit code 4 where there is none.
${accountHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: accountOptions });
    const workflow = positionals.at(-1);
    if (workflow === undefined || positionals.length > 2)
      throw new CommandError('give an ODS code and a workflow id, or a workflow id', exitCode.usage);
    const found = await withMailbox(values, ({ mailbox }) =>
      positionals.length === 2 ? mailbox.lookUp(positionals[0]!, workflow) : mailbox.receivers(workflow),
    );
    if (values.json) printJson({ mailboxes: found });
    else for (const { mailboxId, name } of found) console.log(`${mailboxId}  ${name}`);
    if (found.length === 0 && !values.json) console.error('No mailbox receives this workflow there.');
    return found.length === 0 ? exitCode.refused : exitCode.done;
  },
};
