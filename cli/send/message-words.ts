// What the state of a sent message means, what to do, and what the shell is told. spec: messaging §3.5
import type { MessageState, StoredMessage } from '@gp-connect/consumer';
import { exitCode } from '../exit-codes.ts';

interface StateWords {
  readonly text: string;
  readonly means: string;
  /** Nothing more is going to happen by itself. */
  readonly ended: boolean;
  readonly exit: number;
}

const words: Readonly<Record<MessageState, StateWords>> = {
  built: {
    text: 'waiting',
    means: 'it has not left yet: "gpc send status" sends what waits',
    ended: false,
    exit: exitCode.failed,
  },
  sending: {
    text: 'sending',
    means: 'it is on its way to MESH',
    ended: false,
    exit: exitCode.done,
  },
  sent: {
    text: 'sent',
    means: 'MESH has it; the practice’s system has not answered yet',
    ended: false,
    exit: exitCode.done,
  },
  'inf-ok': {
    text: 'acknowledged',
    means: 'the practice’s system has it; it has not said yet whether the patient is theirs',
    ended: false,
    exit: exitCode.done,
  },
  delivered: {
    text: 'accepted',
    means: 'the practice has it and reviews it; what it files is not told to the sender',
    ended: true,
    exit: exitCode.done,
  },
  failed: {
    text: 'refused',
    means: 'the practice does not have it',
    ended: true,
    exit: exitCode.refused,
  },
  unconfirmed: {
    text: 'not confirmed',
    means: 'no answer came in time: ask the practice whether it has it, and do not send it again before',
    ended: true,
    exit: exitCode.noAnswer,
  },
  superseded: {
    text: 'not sent',
    means: 'a newer version took its place before it left',
    ended: true,
    exit: exitCode.refused,
  },
};

export const stateWords = (state: MessageState): StateWords => words[state];

const practiceChanged = 'look the patient up again: PDS routes the next one to the practice of that day';
const adviceByCode: Readonly<Record<string, string>> = {
  '20007': 'the practice has this message already: nothing more needs to be sent',
  '20008': 'the practice has this document already: nothing more needs to be sent',
  '20009': 'tell the support desk of your software; reach the practice another way meanwhile',
  '20010': 'the practice has switched this service off: send it a PDF summary another way',
  '20014': 'neither version counts at the practice now: tell it, and send the whole again under a new --id',
  '20015': 'send fewer or smaller attachments',
  '30002': practiceChanged,
  '30003': practiceChanged,
};

/** What somebody has to do; undefined where nothing is to be done. */
export const adviceFor = ({ state, last_code: code }: StoredMessage): string | undefined =>
  state === 'failed'
    ? (adviceByCode[code ?? ''] ?? 'reach the practice another way, or correct it and send it with --again')
    : undefined;

const time = (date: Date | null): string | null => date?.toISOString() ?? null;

/** The message for a program. Who the patient is, the caller knows. */
export const messageForPrograms = (message: StoredMessage) => ({
  id: message.activity_key,
  messageId: message.message_id,
  documentId: message.document_id,
  meshMessageId: message.mesh_id,
  product: message.product,
  version: message.version,
  practice: message.practice_ods,
  state: message.state,
  says: stateWords(message.state).text,
  ended: stateWords(message.state).ended,
  queuedAt: time(message.created_at),
  sentAt: time(message.sent_at),
  infrastructureAcknowledgedAt: time(message.infrastructure_at),
  businessAcknowledgedAt: time(message.business_at),
  code: message.last_code,
  reason: message.last_text,
  advice: adviceFor(message) ?? null,
});

/** The message for a person, a line each. */
export function messageForPeople(message: StoredMessage): string {
  const { text, means } = stateWords(message.state);
  const code = message.last_code === null ? '' : ` (${message.last_code})`;
  const advice = adviceFor(message);
  const rows: [string, string | null][] = [
    ['Id', message.activity_key],
    ['Message', `${message.message_id}${message.version > 1 ? `, version ${message.version}` : ''}`],
    ['MESH', message.mesh_id],
    ['Practice', message.practice_ods],
    ['State', `${text}${code}: ${means}`],
    ['Reason', message.state === 'failed' ? message.last_text : null],
    ['To do', advice ?? null],
  ];
  return rows.flatMap(([label, value]) => (value === null ? [] : [`${label.padEnd(9)} ${value}`])).join('\n');
}
