// What every `gpc send` does with what it was given: the patient from PDS, the checks, the sending once, the following.
import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type {
  ComposeContext,
  Composed,
  HandIn,
  OrganisationInput,
  PatientInput,
  PractitionerInput,
  PreviousVersion,
  ScriptedSender,
  StoredMessage,
  TracedPatient,
} from '@gp-connect/consumer';
import type { ScriptedOrganisation } from '@gp-connect/testbed';
import { needed, nhsNumberFrom, oneOf, printJson, wholeNumber, withDefault } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { knownTo, runningEngland } from '../running-england.ts';
import { traceWords } from '../trace-words.ts';
import { messageForPeople, messageForPrograms, stateWords } from './message-words.ts';
import { printDryRun } from './print-dry-run.ts';
import { printStop } from './print-stop.ts';
import { sendingFault } from './sending-fault.ts';

export const sendingOptions = {
  id: { type: 'string' },
  'to-practice': { type: 'string' },
  for: { type: 'string' },
  confirm: { type: 'string', multiple: true },
  again: { type: 'boolean', default: false },
  wait: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  as: { type: 'string' },
  data: { type: 'string' },
} as const;

export const sendingHelp = `
  --id ID            your own id of it: the same command again never sends it twice, and "gpc send status ID" follows it
  --again            a new version under that id, replacing what was sent; or once more what was refused
  --to-practice ODS  only if the patient is registered at this practice; otherwise PDS decides (GPPROVIDER routing)
  --for PURPOSE      action or information; an update is for information, all else for action, if not said otherwise
  --confirm RULE     you have read what this rule says, and stand by it; may be given several times
  --wait [SECONDS]   wait for the acknowledgements, 300 seconds if not said otherwise
  --dry-run          compose and check, print the message, keep and send nothing
  --json             the result as JSON on standard output
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)`;

export const sendingExits = `
Exit code 0 sent (with --wait: accepted by the practice), 1 could not be done now, 2 not understood,
3 stopped before sending: put right or confirm what is said, 4 refused, 5 no answer in the time given.
After 1 and 5 nothing is lost: the same command with the same --id goes on where it was.`;

export const DEFAULT_WAIT = '300';
export const withWait = (args: readonly string[]): string[] => withDefault(args, '--wait', DEFAULT_WAIT);

export interface SendingValues {
  readonly id?: string | undefined;
  readonly 'to-practice'?: string | undefined;
  readonly for?: string | undefined;
  readonly confirm?: readonly string[] | undefined;
  readonly again: boolean;
  readonly wait?: string | undefined;
  readonly 'dry-run': boolean;
  readonly json: boolean;
  readonly data?: string | undefined;
}

/** What a message of any kind is made of, besides its content. */
export interface Letterhead {
  readonly patient: PatientInput;
  readonly organisation: OrganisationInput;
  readonly author: PractitionerInput;
  /** The practice PDS names. */
  readonly practice: OrganisationInput;
  /** Absent: as is usual for the product. */
  readonly recipientType?: 'FA' | 'FI';
  readonly replaces?: PreviousVersion;
}

export interface Sending {
  readonly patient: string | undefined;
  /** Everything that makes two letters different, as text or bytes. */
  readonly content: readonly (string | Uint8Array)[];
  compose(context: ComposeContext, letterhead: Letterhead): Promise<Composed>;
}

const purposes = { action: 'FA', information: 'FI' } as const;

/** Sends and prints; answers the exit code. @throws CommandError */
export async function send(values: SendingValues, persona: string, sending: Sending): Promise<number> {
  const nhsNumber = nhsNumberFrom(needed(sending.patient, '--patient NHSNUMBER'));
  const purpose = values.for && oneOf(values.for, ['action', 'information'] as const, '--for');
  const seconds = wholeNumber('--wait', values.wait, 1, 86_400);
  const id = values.id ?? randomUUID();
  if (!/^[\w.:/-]{1,200}$/.test(id))
    throw new CommandError('--id takes letters, digits and . : / - _, at most 200', exitCode.usage);
  const organisation = await organisationAs(values.data, persona);
  try {
    const letterhead = {
      ...(await letterheadFor(organisation, nhsNumber)),
      ...(purpose ? { recipientType: purposes[purpose] } : {}),
    };
    const wanted: HandIn = {
      id,
      fingerprint: fingerprintOf([nhsNumber, purpose ?? '', ...sending.content]),
      compose: (context, replaces) =>
        sending.compose(context, { ...letterhead, ...(replaces ? { replaces } : {}) }),
      confirmed: values.confirm ?? [],
      user: `gpc send (${persona})`,
      again: values.again,
      ...(values['to-practice'] ? { practice: values['to-practice'].trim().toUpperCase() } : {}),
    };
    if (values['dry-run'])
      return printDryRun(await opened(organisation, (sender) => sender.check(wanted)), values.json);
    return await sendAndFollow(organisation, wanted, { seconds, json: values.json });
  } catch (error) {
    throw sendingFault(error);
  } finally {
    await organisation.close();
  }
}

async function sendAndFollow(
  organisation: ScriptedOrganisation,
  wanted: HandIn,
  { seconds, json }: { seconds: number | undefined; json: boolean },
): Promise<number> {
  const { handed, fault, message } = await opened(organisation, async (sender) => {
    const outcome = await sender.handIn(wanted);
    if (!('message' in outcome) || outcome.state === 'other-content') return { handed: outcome };
    const trouble = await sender.round().catch((error: unknown) => error);
    return {
      handed: outcome,
      fault: trouble,
      message: await sender.find(outcome.message.message_id),
    };
  });
  if (handed.state === 'other-content')
    throw new CommandError(
      `id ${wanted.id} was used for something else; give another --id, or --again to send this as its new version`,
      exitCode.usage,
    );
  if (!('message' in handed)) return printStop(handed, json);
  if (handed.state === 'queued' && !json) for (const note of handed.notes) console.error(`Note: ${note}`);
  if (handed.state === 'before' && !json)
    console.error('This was handed in before: nothing was sent a second time.');
  return follow(organisation, message ?? handed.message, { seconds, json, fault });
}

/** Each look opens the kept copies: soon at first, then less often. */
const pauseMs = (look: number): number => Math.min(2 + look, 5) * 1000;

/** Waits for the end of a message as long as it was asked to, prints how it stands, and answers the exit code. */
export async function follow(
  organisation: ScriptedOrganisation,
  first: StoredMessage,
  options: { seconds: number | undefined; json: boolean; fault?: unknown },
): Promise<number> {
  const until = Date.now() + (options.seconds ?? 0) * 1000;
  let { fault } = options;
  let message = first;
  for (let look = 0; !stateWords(message.state).ended && Date.now() < until; look++) {
    await wait(Math.min(pauseMs(look), Math.max(0, until - Date.now())));
    await opened(organisation, async (sender) => {
      fault = await sender.round().catch((error: unknown) => error);
      message = (await sender.find(message.message_id)) ?? message;
    });
  }
  if (options.json) printJson(messageForPrograms(message));
  else console.log(messageForPeople(message));
  const { ended, exit } = stateWords(message.state);
  if (fault && !ended) console.error(`gpc send: ${(sendingFault(fault) as Error).message}`);
  return ended || options.seconds === undefined ? exit : exitCode.noAnswer;
}

/** Holds the sender's folder for as little as it takes, so that other scripts get their turn. */
export async function opened<Value>(
  organisation: ScriptedOrganisation,
  work: (sender: ScriptedSender) => Promise<Value>,
): Promise<Value> {
  const sender = await organisation.open();
  try {
    return await work(sender);
  } finally {
    await sender.close();
  }
}

export async function organisationAs(
  data: string | undefined,
  persona: string,
): Promise<ScriptedOrganisation> {
  const england = await runningEngland(data);
  const { scriptedOrganisation } = await import('@gp-connect/testbed');
  return knownTo(() => scriptedOrganisation(england, persona));
}

/** A death does not stop a message: the practice may need it. */
const stopsSending = (problem: string): boolean => problem !== 'deceased';

async function letterheadFor(
  { ods, name, author, caller, practiceName }: ScriptedOrganisation,
  nhsNumber: string,
): Promise<Letterhead> {
  const { patientFromPds } = await import('@gp-connect/consumer');
  const found = await caller.directory.trace(nhsNumber, await caller.accessToken());
  const problem = found ? found.problems.find(stopsSending) : 'not-found';
  if (!found || problem)
    throw new CommandError(
      `nothing was sent: ${problem === 'no-practice' ? 'the patient is registered with no practice' : traceWords[problem!](found as TracedPatient)}`,
      exitCode.stopped,
    );
  const practice = found.practice ?? '';
  return {
    patient: patientFromPds(found),
    organisation: { ods, name },
    author,
    practice: { ods: practice, name: practiceName(practice) ?? practice },
  };
}

function fingerprintOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(createHash('sha256').update(part).digest());
  return hash.digest('hex');
}
