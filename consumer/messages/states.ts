// The life of a sent message as a table: which event leads from which state to which. spec: messaging §3.5

export type MessageState =
  /** Composed and stored, waiting for its time. */
  | 'built'
  /** Claimed for sending; the answer of MESH is not recorded yet. */
  | 'sending'
  | 'sent'
  | 'inf-ok'
  | 'delivered'
  | 'failed'
  | 'unconfirmed'
  /** Never sent, because a newer version or a deletion came first. */
  | 'superseded';

export type MessageEvent =
  | 'claimed'
  /** MESH answered 202. */
  | 'accepted'
  /** MESH refused it for good. */
  | 'refused'
  /** Certain not to have left. */
  | 'not-sent'
  /** It is not known whether it left. */
  | 'outcome-unknown'
  | 'report'
  | 'inf-positive'
  | 'inf-negative'
  | 'bus-positive'
  | 'bus-negative'
  | 'timed-out'
  | 'replaced-unsent';

type Row = Readonly<Partial<Record<MessageEvent, MessageState>>>;

const negative = {
  report: 'failed',
  'inf-negative': 'failed',
  'bus-negative': 'failed',
} as const satisfies Row;

/** An acknowledgement may overtake the recording of the 202, so a claimed message takes all that a sent one does. */
const answered = {
  ...negative,
  'inf-positive': 'inf-ok',
  'bus-positive': 'delivered',
} as const satisfies Row;

export const transitions: Readonly<Record<MessageState, Row>> = {
  built: { claimed: 'sending', 'replaced-unsent': 'superseded' },
  sending: {
    ...answered,
    accepted: 'sent',
    refused: 'failed',
    'not-sent': 'built',
    'outcome-unknown': 'unconfirmed',
  },
  sent: { ...answered, 'timed-out': 'unconfirmed' },
  'inf-ok': { ...negative, 'bus-positive': 'delivered', 'timed-out': 'unconfirmed' },
  unconfirmed: { ...answered, accepted: 'sent' },
  delivered: negative,
  failed: {},
  superseded: {},
};

/** The state after an event; the same state where the event changes nothing there. Negative wins in any order. */
export function nextState(state: MessageState, event: MessageEvent): MessageState {
  return transitions[state][event] ?? state;
}

/** States in which a practice may hold the message: it counts as a version that a newer one replaces. */
export const leftTheSender: readonly MessageState[] = [
  'sending',
  'sent',
  'inf-ok',
  'delivered',
  'unconfirmed',
];

/** States in which an answer is still awaited. */
export const awaitingAnswer: readonly MessageState[] = ['sending', 'sent', 'inf-ok', 'unconfirmed'];

const hour = 3_600_000;

export interface TimeOuts {
  /** Milliseconds from sending to the infrastructure acknowledgement. */
  readonly infrastructure: number;
  /** Milliseconds from sending to the business acknowledgement. */
  readonly business: number;
  /** A claim older than this is taken for a crash; longer than every attempt of the MESH client together. */
  readonly claim: number;
  /** Milliseconds after composing when a person is told that a message which is due has not left. */
  readonly unsent: number;
}

/** The published text leaves them open; MESH's expiry of five days is the outer bound. */
export const defaultTimeOuts: TimeOuts = {
  infrastructure: 24 * hour,
  business: 48 * hour,
  claim: hour,
  unsent: 4 * hour,
};

/** Send Document leaves at most three hours after the last save. spec: messaging §5.1 S4 */
export const longestDelay = 3 * hour;
