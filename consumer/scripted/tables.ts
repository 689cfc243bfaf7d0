// What was handed in under which id: the sender's own tables beside it know the messages. spec: messaging §3.5
import type { Migration } from '@gp-connect/foundation/store';
import { type SenderDatabase, senderMigrations } from '../messages/index.ts';

export interface HandedInRow {
  mailbox: string;
  /** Of the version that was made of it. */
  message_id: string;
  /** Of what was handed in: the same content gives the same. */
  fingerprint: string;
}

export interface ScriptedDatabase extends SenderDatabase {
  scripted_hand_in: HandedInRow;
}

export const scriptedMigrations: readonly Migration[] = [
  ...senderMigrations,
  {
    name: 'scripted-001-hand-in',
    statements: [
      `create table scripted_hand_in (
        mailbox text not null, message_id text not null, fingerprint text not null,
        primary key (mailbox, message_id))`,
    ],
  },
];
