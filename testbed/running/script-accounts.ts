// What scripts act with in a running England: an organisation's MESH mailbox, its sender, a practice's inbox.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  openScriptedSender,
  type PractitionerInput,
  patientDirectory,
  plausibilityCheck,
  type ScriptedSender,
} from '@gp-connect/consumer';
import type { ConnectionSettings } from '@gp-connect/consumer/mesh';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { fileVault } from '@gp-connect/foundation/trust';
import { type Caller, demonstrationToken, openCaller } from './caller.ts';
import { certificateFiles, meshIdentity } from './certificates.ts';
import { mailboxesOf, mailboxPassword, practiceMailboxId, scriptMailboxId, sendersOf } from './mailboxes.ts';
import { type Choices, planFrom } from './plan.ts';
import { issuerOf, type RunningPlan } from './service-settings.ts';

export interface MeshAccount {
  readonly mailboxId: string;
  readonly password: string;
  readonly sharedKey: string;
  readonly connection: ConnectionSettings;
  /** Where a client keeps what it has sent. */
  readonly folder: string;
}

/**
 * The mailbox of a persona's organisation, of an ODS code, or of a mailbox id. An organisation that sends has one for
 * scripts. @throws RangeError
 */
export function meshAccount(choices: Choices, who: string): MeshAccount {
  return accountIn(planFrom(choices), who);
}

function accountIn(plan: RunningPlan, who: string): MeshAccount {
  const { england, layout, ports, secrets } = plan;
  const persona = england.personas.find(({ id }) => id === who);
  const wanted = persona?.organisation.ods ?? who.toUpperCase();
  const sends = sendersOf(england).find(({ ods }) => ods === wanted);
  const practice = england.practices.find(({ ods }) => ods === wanted);
  const mailboxId = sends ? scriptMailboxId(plan, sends) : practice ? practiceMailboxId(practice) : wanted;
  const owner = mailboxesOf(plan).find(({ id }) => id === mailboxId)?.ods;
  if (owner === undefined) throw new RangeError(`"${who}" has no MESH mailbox`);
  const supplier = england.practices.find(({ ods }) => ods === owner)?.supplier;
  const files = certificateFiles(layout, meshIdentity(supplier ?? owner));
  const [key, cert, ca] = [files.key, files.cert, files.ca].map((file) => readFileSync(file, 'utf8'));
  return {
    mailboxId,
    password: mailboxPassword(plan, mailboxId),
    sharedKey: secrets.text('mesh-shared-key'),
    connection: { url: `https://localhost:${ports.mesh}`, tls: { key: key!, cert: cert!, ca: ca! } },
    folder: join(layout.mesh, 'scripts', mailboxId),
  };
}

export interface ScriptedOrganisation {
  readonly ods: string;
  readonly name: string;
  /** Who the persona is, as an author. */
  readonly author: PractitionerInput;
  readonly caller: Caller;
  /** The name of a practice, as the directories print it. */
  practiceName(ods: string): string | undefined;
  /** Opens the organisation's sender; close it between rounds. */
  open(): Promise<ScriptedSender>;
  close(): Promise<void>;
}

/** An England's server works on nothing for longer than this. */
const SETTLE_MS = 5_000;

/** The organisation of a persona that sends messages. @throws RangeError */
export function scriptedOrganisation(choices: Choices, persona: string): ScriptedOrganisation {
  const plan = planFrom(choices);
  const who = plan.england.personas.find(({ id }) => id === persona);
  if (!who) throw new RangeError(`no persona "${persona}"`);
  const sends = sendersOf(plan.england).find(({ ods }) => ods === who.organisation.ods);
  if (!sends) throw new RangeError(`persona "${persona}" works where no messages are sent from`);
  const { folder, ...mailbox } = accountIn(plan, sends.ods);
  const caller = openCaller(choices, persona);
  const { family, given, prefix } = who.name;
  return {
    ods: sends.ods,
    name: sends.name,
    caller,
    author: {
      family,
      given: [given],
      ...(prefix ? { title: prefix } : {}),
      sdsUserId: who.uuid,
      role: { code: who.roleCode, display: who.roleName },
    },
    practiceName: (ods) => plan.england.practices.find((practice) => practice.ods === ods)?.name,
    open: () =>
      openScriptedSender({
        folder,
        vault: fileVault(join(plan.layout.secrets, 'scripts-messages-kek')),
        mailbox: { ...mailbox, settleMs: SETTLE_MS },
        identifierSystem: `https://${sends.fqdn}/id`,
        directory: patientDirectory(caller.directory, caller.accessToken),
        plausibility: plausibilityCheck(demonstrationSource()),
      }),
    close: () => caller.close(),
  };
}

export interface PracticeAccount {
  readonly ods: string;
  readonly name: string;
  /** Base address of the inbox API of its GP system. */
  readonly inbox: string;
  accessToken(): Promise<string>;
}

/** The practice a persona works at. @throws RangeError */
export function practiceAccount(choices: Choices, persona: string): PracticeAccount {
  const { england, ports } = planFrom(choices);
  const who = england.personas.find(({ id }) => id === persona);
  const practice = who && england.practices.find(({ ods }) => ods === who.organisation.ods);
  if (!practice) throw new RangeError(`no persona "${persona}" at a practice`);
  return {
    ods: practice.ods,
    name: practice.name,
    inbox: `http://127.0.0.1:${ports[`${practice.supplier}Inbox`]}`,
    accessToken: () => demonstrationToken(issuerOf(ports), persona),
  };
}
