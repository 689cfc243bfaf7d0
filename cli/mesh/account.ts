// Which mailbox a `gpc mesh` command uses: named with its secrets in files, or an organisation's of the running England.
import { join } from 'node:path';
import { type MeshMailbox, memoryJournal, openMailbox, openSendJournal } from '@gp-connect/consumer/mesh';
import type { MeshAccount } from '@gp-connect/testbed';
import { bytesOf, needed } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { dataFolder, knownTo, runningEngland } from '../running-england.ts';

export const accountOptions = {
  as: { type: 'string' },
  data: { type: 'string' },
  url: { type: 'string' },
  mailbox: { type: 'string' },
  'password-file': { type: 'string' },
  'shared-key-file': { type: 'string' },
  certificate: { type: 'string' },
  key: { type: 'string' },
  ca: { type: 'string' },
  servername: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const accountHelp = `
  --json             as JSON on standard output

  Of the running England:
  --as WHO           a persona, an ODS code or a mailbox id (default hospital-doctor: the mailbox of that hospital)
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)
  Of any other MESH:
  --url ORIGIN       e.g. https://msg.intspineservices.nhs.uk
  --mailbox ID, --password-file FILE, --shared-key-file FILE
  --certificate FILE, --key FILE, --ca FILE      PEM; --servername NAME where the server's certificate names another
  Secrets are read from files, so that they stand in no list of processes.

Exit code 0 done, 1 could not be done now, 2 not understood, 4 refused by MESH.`;

export interface AccountValues {
  readonly as?: string | undefined;
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly mailbox?: string | undefined;
  readonly 'password-file'?: string | undefined;
  readonly 'shared-key-file'?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly ca?: string | undefined;
  readonly servername?: string | undefined;
  readonly json: boolean;
}

const LARGEST_SECRET = 1024 * 1024;
const ONLY_WITH_URL = [
  'mailbox',
  'password-file',
  'shared-key-file',
  'certificate',
  'key',
  'ca',
  'servername',
] as const;

export interface OpenAccount {
  readonly mailbox: MeshMailbox;
  /** A folder of this mailbox's own. */
  readonly folder: string;
}

/** Opens the mailbox for the length of the work; only what sends needs the journal, and holds it. @throws CommandError */
export async function withMailbox<Value>(
  values: AccountValues,
  work: (account: OpenAccount) => Promise<Value>,
  sending?: { readonly chunkBytes: number },
): Promise<Value> {
  const { folder, ...account } = values.url ? await named(values, values.url) : await ofEngland(values);
  try {
    const journal = sending ? await openSendJournal(join(folder, 'sends')) : memoryJournal();
    const mailbox = openMailbox({ ...account, journal, ...sending });
    try {
      return await work({ mailbox, folder });
    } finally {
      await mailbox.close();
      await journal.close();
    }
  } catch (error) {
    throw meshFault(error);
  }
}

async function ofEngland(values: AccountValues): Promise<MeshAccount> {
  const stray = ONLY_WITH_URL.find((name) => values[name] !== undefined);
  if (stray) throw new CommandError(`--${stray} goes with --url`, exitCode.usage);
  const england = await runningEngland(values.data);
  const { meshAccount } = await import('@gp-connect/testbed');
  return knownTo(() => meshAccount(england, values.as ?? 'hospital-doctor'));
}

async function named(values: AccountValues, url: string): Promise<MeshAccount> {
  if (values.as !== undefined) throw new CommandError('give --as or --url, not both', exitCode.usage);
  if (!URL.canParse(url))
    throw new CommandError('--url takes an origin such as https://host', exitCode.usage);
  const text = async (name: (typeof ONLY_WITH_URL)[number]): Promise<string> =>
    (await bytesOf(needed(values[name], `--${name} FILE`), LARGEST_SECRET)).toString('utf8');
  const mailboxId = needed(values.mailbox, '--mailbox ID').toUpperCase();
  if (!/^[A-Z0-9]{1,100}$/.test(mailboxId))
    throw new CommandError('--mailbox takes letters and digits', exitCode.usage);
  const secure = new URL(url).protocol === 'https:';
  return {
    mailboxId,
    password: (await text('password-file')).trim(),
    sharedKey: (await text('shared-key-file')).trim(),
    connection: {
      url,
      ...(secure
        ? { tls: { key: await text('key'), cert: await text('certificate'), ca: await text('ca') } }
        : {}),
      ...(values.servername ? { servername: values.servername } : {}),
    },
    folder: join(dataFolder(values.data), 'mesh', 'scripts', mailboxId),
  };
}

interface Fault {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly sendId?: string;
}

const tooEarly: Readonly<Record<string, string>> = {
  MESH_UNAVAILABLE: 'MESH does not answer or is busy; nothing was lost, try again',
  ECONNREFUSED: 'MESH does not answer: is "npm start" running?',
};

const refusedWords: Readonly<Record<string, string>> = {
  MESH_FORBIDDEN:
    'MESH refuses the mailbox: look at mailbox id, password, shared key, certificate and this machine’s clock',
  MESH_NOT_FOUND: 'MESH knows no such message of this mailbox',
  MESH_GONE: 'this message cannot be fetched any more: it was acknowledged, has expired or is not complete',
};

/** What a support desk needs to hear of a fault of the client. */
function meshFault(error: unknown): unknown {
  if (error instanceof CommandError) return error;
  const { name, code = '', message = '', sendId } = error as Fault;
  if (code === 'MESH_OUTCOME_UNKNOWN')
    return new CommandError(`${message}; the same command with --id ${sendId} looks again before it sends`);
  if (tooEarly[code]) return new CommandError(tooEarly[code]);
  if (refusedWords[code]) return new CommandError(`${refusedWords[code]} (${message})`, exitCode.refused);
  if (code === 'MESH_REFUSED') return new CommandError(message, exitCode.refused);
  if (code.startsWith('MESH_')) return new CommandError(message);
  if (name === 'LockedFolderError')
    return new CommandError('another command uses this mailbox here: try again when it has ended');
  if (error instanceof RangeError) return new CommandError(message, exitCode.usage);
  if (/^ERR_(TLS|SSL)|CERT|^UND_ERR|^E[A-Z]+$/.test(code))
    return new CommandError(`MESH could not be used: ${message.split('\n')[0]} (${code})`);
  return error;
}
