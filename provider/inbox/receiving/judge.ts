// What becomes of an arrived message, worked out without changing anything: R1 to R18 and then the plausibility rules.
// spec: messaging §4, §10.9
import {
  type ItkMessage,
  type MessageIds,
  type Outcome,
  type Product,
  type ReceivePorts,
  receive,
  serviceOf,
} from '@gp-connect/foundation/itk3';
import type { RecordContext } from '@gp-connect/foundation/plausibility';
import type { Controls, Inbound, InboundProduct, InboundSwitch } from '../../controls/index.ts';
import type { Records } from '../../record/index.ts';
import { refOf } from '../entries.ts';
import type { InboxDb } from '../inbox-database.ts';
import type { ArrivalMeta, InboxPorts, ReceivingPractice, RuleEvaluation } from '../ports.ts';
import { type InboxSettings, settingsOf } from '../settings.ts';
import { isKnownMessage, knownDocument } from './known-messages.ts';
import { matchPatient, type PatientMatch } from './match-patient.ts';
import { recentMessagesOf } from './recent-messages.ts';
import { recordContextOf } from './record-context.ts';

export interface InboxRooms {
  readonly db: InboxDb;
  readonly records: Records;
  readonly controls: Controls;
  readonly inbound: Inbound;
  readonly ports: InboxPorts;
}

/** A message kept before and judged again: it is not its own duplicate. */
export interface HeldBefore {
  readonly messageKey: number;
  readonly waitedEnough: boolean;
}

export type Matched = Extract<PatientMatch, { patient: unknown }>;
type Accepted = Extract<Outcome, { kind: 'accepted' }>;

export type Judgement =
  | Exclude<Outcome, { kind: 'accepted' }>
  | (Omit<Accepted, 'kind'> & {
      readonly kind: 'not-matched';
      readonly match: Exclude<PatientMatch, Matched>;
    })
  | (Omit<Accepted, 'kind'> & {
      readonly kind: 'accepted';
      readonly match: Matched;
      readonly evaluation: RuleEvaluation;
    });

/** Switch of each product; Update Record has one more for each service. */
const switchOf: Readonly<Partial<Record<Product['id'], InboundSwitch>>> = {
  'send-document-2': 'send-document',
  'send-document-1': 'send-document',
  vaccination: 'vaccination',
  'emergency-supply': 'emergency-supply',
  'online-consultation': 'online-consultation',
  generic: 'online-consultation',
  'update-record': 'update-record',
};

/** Judges one message as the practice stands now. */
export async function judge(
  rooms: InboxRooms,
  practice: ReceivingPractice,
  arrival: { readonly meta: ArrivalMeta; readonly body: Uint8Array },
  held?: HeldBefore,
): Promise<Judgement> {
  const { db, records, ports } = rooms;
  const settings = await settingsOf(db, practice.ods);
  const { workflowId, compressed, to } = arrival.meta;
  const outcome = await receive(
    {
      workflowId,
      body: arrival.body,
      ...(compressed === undefined ? {} : { compressed }),
      ...(to === undefined ? {} : { to }),
    },
    receivePorts(rooms, practice, settings, held),
  );
  if (outcome.kind !== 'accepted') return outcome;
  const rejected = await rejection(rooms, practice.ods, outcome);
  if (rejected !== undefined) return rejected;
  const match = await matchPatient(records, practice.ods, outcome.document, {
    previousFamily: settings.previousFamily,
    now: ports.now(),
  });
  if (!('patient' in match)) return { ...outcome, kind: 'not-matched', match };
  const [known, around] = await Promise.all([
    recordContextOf(records, practice.ods, match.patient),
    circumstances(rooms, practice.ods, match, outcome.message),
  ]);
  const record = { ...known, ...around };
  const evaluation = await ports.rules.evaluate(
    practice.ods,
    outcome.document,
    outcome.message.header.timestamp,
    record,
    ports.now(),
  );
  return { ...outcome, match, evaluation };
}

/** Rules that break the contract are asked on the message alone, before anything is said of the patient. spec: §10.9 */
async function rejection(
  { ports }: InboxRooms,
  practice: string,
  { document, message, ids, product }: Accepted,
): Promise<Extract<Judgement, { kind: 'refused' }> | undefined> {
  const sentAt = message.header.timestamp;
  const { findings } = await ports.rules.evaluate(practice, document, sentAt, {}, ports.now());
  const found = findings.find(({ severity }) => severity === 'REJECT');
  if (found === undefined) return undefined;
  const at = document.entries.find((entry) => refOf(entry) === found.itemRef)?.path ?? document.path;
  const reason = `${found.ruleId}: ${found.message}`;
  const refusal = { step: 'R13', code: '20009', issue: 'business-rule', path: at, reason } as const;
  return { kind: 'refused', refusal, ids, product, message };
}

function receivePorts(
  { db, inbound, ports }: InboxRooms,
  practice: ReceivingPractice,
  settings: InboxSettings,
  held: HeldBefore | undefined,
): ReceivePorts {
  const { ods } = practice;
  return {
    now: ports.now,
    messageSeen: (ids: MessageIds) => isKnownMessage(db, ods, ids, held?.messageKey),
    documentSeen: async (identifier) => (await knownDocument(db, ods, identifier)) !== undefined,
    productOn: (product, _type, message) => isTaken({ inbound, ports }, practice, product, message),
    ...(ports.scan === undefined ? {} : { scan: ports.scan }),
    async replaced(target, version) {
      const known = await knownDocument(db, ods, target);
      if (known?.state === 'current' || known?.state === 'not-filed') return 'current';
      if (known !== undefined) return 'void';
      const mayStillCome = Number(version ?? 0) >= settings.holdFromVersion && held?.waitedEnough !== true;
      return mayStillCome ? 'wait' : 'unknown';
    },
  };
}

async function isTaken(
  { inbound, ports }: Pick<InboxRooms, 'inbound' | 'ports'>,
  practice: ReceivingPractice,
  product: Product,
  { sender, document }: ItkMessage,
): Promise<true | string> {
  const { switches, blockedSenders, takenFrom } = await inbound.of(practice.ods);
  const name = switchOf[product.id];
  const otherwise = 'send a summary by another route';
  if (name === undefined || !switches[name]) {
    return `${product.name} is switched off at practice ${practice.ods}; ${otherwise}`;
  }
  const ods = sender?.organisation ?? sender?.site ?? '';
  if (blockedSenders.has(ods)) return `practice ${practice.ods} takes no messages from ${ods}; ${otherwise}`;
  const settings = takenFrom.get(name as InboundProduct);
  if (settings !== undefined) {
    // A setting that cannot be told is none of the chosen ones.
    const setting = await ports.careSettingOf?.(ods);
    if (setting === undefined || !settings.has(setting)) {
      return `practice ${practice.ods} takes ${product.name} from chosen care settings only; ${otherwise}`;
    }
  }
  const service = product.id === 'update-record' && document !== undefined ? serviceOf(document) : undefined;
  if (service !== undefined && !switches[`update-record:${service}`]) {
    return `${product.name} for this service is switched off at practice ${practice.ods}; ${otherwise}`;
  }
  return true;
}

/** What rules ask beside the record: earlier messages, the sender, when it came. */
export async function circumstances(
  { db, ports }: Pick<InboxRooms, 'db' | 'ports'>,
  practice: string,
  { patient }: Pick<Matched, 'patient'>,
  { sender }: Pick<ItkMessage, 'sender'>,
  except?: number,
): Promise<Pick<RecordContext, 'recentMessages' | 'sender' | 'receivedAt'>> {
  const ods = sender?.organisation ?? sender?.site;
  const isActivePharmacy = ods === undefined ? undefined : await ports.isActivePharmacy?.(ods);
  return {
    recentMessages: await recentMessagesOf(db, practice, patient.key, ports.now(), except),
    ...(ods === undefined || isActivePharmacy === undefined ? {} : { sender: { ods, isActivePharmacy } }),
    receivedAt: ports.now().toISOString(),
  };
}
