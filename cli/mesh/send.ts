// `gpc mesh send`: a file of any size to a mailbox, once. spec: mesh §3.6, §8 C4
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { needed, oneOf, printJson, unreadable, wholeNumber } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { accountHelp, accountOptions, withMailbox } from './account.ts';

const help = `
gpc mesh send --to MAILBOX --workflow ID --file FILE: sends a file, in chunks where it is large

  --to MAILBOX       or GPPROVIDER_{NHS number}_{DDMMYYYY}_{surname}
  --workflow ID      e.g. GPCONNECT_SEND_DOCUMENT
  --file FILE        the payload, of any size; - for standard input (kept beside the journal until it is sent)
  --id ID            your own id of this send: the same command again never makes a second message
  --subject, --local-id, --file-name, --partner-id, --content-type, --checksum TEXT
  --compressed, --encrypted      the payload is, by your application
  --compress HOW     gzip on the way: auto (default), always, never
  --chunk-mb N       megabytes of a chunk, 1 to 95 (default 75)
${accountHelp}

Examples
  gpc mesh send --as hospital-doctor --to A83901OT001 --workflow GPCONNECT_SEND_DOCUMENT --file message.xml
  tar c extract | gpc mesh send --as hospital-doctor --to A83901OT001 --workflow GPCONNECT_SEND_DOCUMENT --file - --id extract-7
`;

export const send: Command = {
  help,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        ...accountOptions,
        to: { type: 'string' },
        workflow: { type: 'string' },
        file: { type: 'string' },
        id: { type: 'string' },
        subject: { type: 'string' },
        'local-id': { type: 'string' },
        'file-name': { type: 'string' },
        'partner-id': { type: 'string' },
        'content-type': { type: 'string' },
        checksum: { type: 'string' },
        compressed: { type: 'boolean', default: false },
        encrypted: { type: 'boolean', default: false },
        compress: { type: 'string', default: 'auto' },
        'chunk-mb': { type: 'string', default: '75' },
      },
    });
    const to = needed(values.to, '--to MAILBOX').toUpperCase();
    const workflowId = needed(values.workflow, '--workflow ID');
    const path = needed(values.file, '--file FILE');
    const compress = oneOf(values.compress, ['auto', 'always', 'never'] as const, '--compress');
    const chunkBytes = wholeNumber('--chunk-mb', values['chunk-mb'], 1, 95) * 1024 * 1024;
    if (path !== '-') await mustHaveContent(path);
    const sendId = values.id ?? randomUUID();
    const given = {
      subject: values.subject,
      localId: values['local-id'],
      fileName: values['file-name'],
      partnerId: values['partner-id'],
      contentType: values['content-type'],
      checksum: values.checksum,
    };
    const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    const { compressed, encrypted } = values;
    const sent = await withMailbox(
      values,
      async ({ mailbox, folder }) => {
        const kept = path === '-' ? await keepInput(folder) : undefined;
        try {
          const payload = { file: kept ?? path };
          return await mailbox.send({
            ...{ to, workflowId, payload, sendId, compress, compressed, encrypted },
            ...options,
          });
        } finally {
          if (kept) await unlink(kept).catch(() => undefined);
        }
      },
      { chunkBytes },
    );
    if (values.json) printJson({ id: sent.sendId, messageId: sent.messageId, sentBefore: sent.before });
    else {
      if (sent.before) console.error('This was sent before: nothing was sent a second time.');
      console.log(sent.messageId);
    }
    return exitCode.done;
  },
};

async function mustHaveContent(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isFile()) throw new CommandError(`${path} is not a file`, exitCode.usage);
  if (found.size === 0) throw new CommandError(`${path} is empty`, exitCode.usage);
}

/** Standard input can be read once, and a send may have to read again. */
async function keepInput(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${randomUUID()}.input`);
  await pipeline(process.stdin, createWriteStream(path, { mode: 0o600, flags: 'wx' }));
  await mustHaveContent(path).catch(async () => {
    await unlink(path);
    throw new CommandError('standard input is empty', exitCode.usage);
  });
  return path;
}
