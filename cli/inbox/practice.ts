// Whose inbox a `gpc inbox` command works in: a persona's practice of the running England, or any by address and token.
import { type InboxApi, InboxApiError, openInboxClient } from '@gp-connect/portals/practice-inbox';
import { bytesOf, needed } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { knownTo, runningEngland } from '../running-england.ts';

export const practiceOptions = {
  as: { type: 'string' },
  data: { type: 'string' },
  url: { type: 'string' },
  practice: { type: 'string' },
  'token-file': { type: 'string' },
  ca: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

export const practiceHelp = `
  --json             as JSON on standard output

  Of the running England:
  --as PERSONA       who works, at their practice (default gp; see docs/england.md)
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)
  Of any other practice:
  --url ADDRESS      base address of its inbox API (docs/practice-inbox-api.md)
  --practice ODS, --token-file FILE (access token of a member of staff), --ca FILE (PEM)

Exit code 0 done, 1 could not be done now, 2 not understood, 4 refused by the practice's system, with its reason.`;

export interface PracticeValues {
  readonly as?: string | undefined;
  readonly data?: string | undefined;
  readonly url?: string | undefined;
  readonly practice?: string | undefined;
  readonly 'token-file'?: string | undefined;
  readonly ca?: string | undefined;
  readonly json: boolean;
}

interface Practice {
  readonly ods: string;
  readonly inbox: string;
  readonly ca?: string;
  accessToken(): Promise<string>;
}

const TIMEOUT_SECONDS = 30;
const LARGEST_SECRET = 1024 * 1024;

/** Works in the inbox on behalf of the persona. @throws CommandError */
export async function withInbox<Value>(
  values: PracticeValues,
  work: (inbox: InboxApi) => Promise<Value>,
): Promise<Value> {
  const practice = values.url ? await named(values, values.url) : await ofEngland(values);
  const client = openInboxClient({
    inboxes: { [practice.ods]: practice.inbox },
    ...(practice.ca ? { ca: practice.ca } : {}),
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  try {
    return await work(client.as({ accessToken: await practice.accessToken(), ods: practice.ods }));
  } catch (error) {
    throw inboxFault(error);
  } finally {
    await client.close();
  }
}

async function ofEngland(values: PracticeValues): Promise<Practice> {
  for (const name of ['practice', 'token-file', 'ca'] as const)
    if (values[name] !== undefined) throw new CommandError(`--${name} goes with --url`, exitCode.usage);
  const england = await runningEngland(values.data);
  const { practiceAccount } = await import('@gp-connect/testbed');
  return knownTo(() => practiceAccount(england, values.as ?? 'gp'));
}

async function named(values: PracticeValues, url: string): Promise<Practice> {
  if (values.as !== undefined) throw new CommandError('give --as or --url, not both', exitCode.usage);
  if (!URL.canParse(url))
    throw new CommandError('--url takes an address such as https://host', exitCode.usage);
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !['127.0.0.1', 'localhost', '[::1]'].includes(hostname))
    throw new CommandError(
      '--url takes https, or http on this machine: the token goes along',
      exitCode.usage,
    );
  const ods = needed(values.practice, '--practice ODS').toUpperCase();
  const token = (await bytesOf(needed(values['token-file'], '--token-file FILE'), LARGEST_SECRET)).toString();
  const ca = values.ca === undefined ? undefined : (await bytesOf(values.ca, LARGEST_SECRET)).toString();
  return { ods, inbox: url, accessToken: async () => token.trim(), ...(ca ? { ca } : {}) };
}

const advice: Readonly<Record<string, string>> = {
  NOT_SIGNED_IN: 'sign in again: the token has ended, or is none of this practice’s staff',
  NOT_ALLOWED: 'another role has to do this: a clinician, or the practice’s lead',
  NOT_FOUND: 'look at "gpc inbox list"; it may belong to another practice',
  CHANGED: 'somebody changed it meanwhile: look at it again with "gpc inbox show"',
  CLOSED: 'somebody has dealt with it',
};

function inboxFault(error: unknown): unknown {
  if (error instanceof InboxApiError) {
    const { code, message, requirement } = error;
    const said = requirement && !message.includes(requirement) ? `${message} (${requirement})` : message;
    const more = advice[code] ? `; ${advice[code]}` : '';
    return new CommandError(
      `${said.replace(/\.$/, '')}${more}`,
      code === 'UNAVAILABLE' ? exitCode.failed : exitCode.refused,
    );
  }
  const cause = (error as { cause?: { code?: string } }).cause?.code ?? (error as { code?: string }).code;
  if (cause === 'ECONNREFUSED') return new CommandError('England is not answering: is "npm start" running?');
  return error;
}

/** The number of an item, task, notice or filed entry. @throws CommandError */
export function numberOf(positionals: readonly string[], what: string): number {
  const [text = '', ...more] = positionals;
  if (!/^\d{1,15}$/.test(text) || more.length > 0)
    throw new CommandError(`give the number of one ${what}`, exitCode.usage);
  return Number(text);
}
