// What the state of a sent message means to the pharmacy, and what to do. spec: messaging §3.5, §6.5
import type { MessageState, StoredMessage } from '@gp-connect/consumer';

export interface StateWords {
  readonly text: string;
  readonly colour: string;
  readonly means: string;
}

const words: Readonly<Record<MessageState, StateWords>> = {
  built: { text: 'Waiting', colour: 'grey', means: 'It leaves with the next round.' },
  sending: { text: 'Sending', colour: 'grey', means: 'It is on its way.' },
  sent: { text: 'Sent', colour: 'blue', means: 'The practice’s system has not answered yet.' },
  'inf-ok': {
    text: 'Acknowledged',
    colour: 'blue',
    means: 'The practice’s system has the message. It has not said yet whether it belongs there.',
  },
  delivered: {
    text: 'Accepted',
    colour: 'green',
    means: 'The practice has the message and reviews it. You are not told what it files in the record.',
  },
  failed: { text: 'Failed', colour: 'red', means: 'The practice did not take the message.' },
  unconfirmed: {
    text: 'Not confirmed',
    colour: 'orange',
    means:
      'No answer came in time. Ring the practice and ask whether it has the message; do not send it again before.',
  },
  superseded: { text: 'Not sent', colour: 'grey', means: 'A newer version took its place before it left.' },
};

export const stateWords = (state: MessageState): StateWords => words[state];

const adviceByCode: Readonly<Record<string, string>> = {
  '20010': 'The practice has switched this service off. Send it a PDF summary another way.',
  '30002':
    'The patient is not registered at this practice. Find the patient again and send to the new practice.',
  '30003': 'The patient has left this practice. Find the patient again and send to the new practice.',
  '20008': 'The practice has this document already. Nothing more needs to be sent.',
  '20009':
    'The practice’s system did not accept how the message is made. Tell your support desk, and send a PDF summary.',
};

/** What somebody has to do about a message; undefined where nothing is to be done. */
export const adviceFor = ({ state, last_code: code }: StoredMessage): string | undefined =>
  state === 'failed'
    ? (adviceByCode[code ?? ''] ?? 'Contact the practice directly and give it the summary another way.')
    : undefined;
