// The sender's own tables. Every row carries its mailbox, and every query too. spec: messaging §3.5, §9 A1, A6
import type { Generated, Migration } from '@gp-connect/foundation/store';
import type { MessageEvent, MessageState } from './states.ts';

/** As stored: the address, subject, patient and body are sealed texts. */
export interface SenderMessageRow {
  mailbox: string;
  message_id: string;
  message_identifier: string;
  document_id: string;
  sender_reference: string;
  product: string;
  workflow_id: string;
  activity_key: string;
  version: number;
  replaces_document: string | null;
  sender_ods: string;
  mesh_to: string;
  subject: string;
  file_name: string;
  practice_ods: string | null;
  patient_nhs_number: string;
  patient_name: string;
  title: string;
  body: string;
  body_sha256: string;
  state: MessageState;
  is_void: Generated<boolean>;
  mesh_id: string | null;
  not_before: Date;
  created_at: Date;
  claimed_at: Date | null;
  sent_at: Date | null;
  infrastructure_at: Date | null;
  business_at: Date | null;
  last_code: string | null;
  last_text: string | null;
}

export interface SenderEventRow {
  id: Generated<string>;
  mailbox: string;
  message_id: string | null;
  /** MESH id of the acknowledgement or report; unique, so that a second delivery changes nothing. */
  source_id: string | null;
  at: Date;
  event:
    | MessageEvent
    | 'queued'
    | 'confirmed'
    | 'note'
    | 'unknown-response'
    | 'unreadable-response'
    | 'quarantined';
  code: string | null;
  detail: string;
  /** The acknowledgement as it came, sealed. */
  raw: string | null;
  /** Who did it, where a person did. */
  by_user: string | null;
}

export interface SenderTaskRow {
  id: string;
  mailbox: string;
  message_id: string | null;
  kind: TaskKind;
  code: string | null;
  text: string;
  opened_at: Date;
  closed_at: Date | null;
  closed_by: string | null;
  closing_note: string | null;
}

export type TaskKind =
  | 'failed'
  | 'unconfirmed'
  | 'unsent'
  | 'contradiction'
  | 'void-replacement'
  | 'unknown-response'
  | 'unreadable-response'
  | 'unexpected-code'
  | 'quarantined';

/** What the MESH client wrote down of a send (`SendEntry` as JSON). */
export interface SenderSendRow {
  mailbox: string;
  send_id: string;
  is_open: boolean;
  mesh_id: string | null;
  entry: string;
}

export interface SenderDatabase {
  sender_send: SenderSendRow;
  sender_message: SenderMessageRow;
  sender_event: SenderEventRow;
  sender_task: SenderTaskRow;
}

export const senderMigrations: readonly Migration[] = [
  {
    name: 'sender-001-messages',
    statements: [
      `create table sender_message (
        mailbox text not null, message_id text not null, message_identifier text not null,
        document_id text not null, sender_reference text not null, product text not null,
        workflow_id text not null, activity_key text not null, version int not null, replaces_document text,
        sender_ods text not null, mesh_to text not null, subject text not null, file_name text not null,
        practice_ods text, patient_nhs_number text not null, patient_name text not null, title text not null,
        body text not null, body_sha256 text not null, state text not null,
        is_void boolean not null default false, mesh_id text,
        not_before timestamptz not null, created_at timestamptz not null, claimed_at timestamptz,
        sent_at timestamptz, infrastructure_at timestamptz, business_at timestamptz,
        last_code text, last_text text,
        primary key (mailbox, message_id), unique (mailbox, message_identifier), unique (mailbox, document_id))`,
      `create unique index sender_message_mesh on sender_message (mailbox, mesh_id) where mesh_id is not null`,
      `create index sender_message_due on sender_message (mailbox, state, not_before)`,
      `create index sender_message_activity on sender_message (mailbox, activity_key)`,
      `create index sender_message_reference on sender_message (mailbox, lower(sender_reference))`,
      `create table sender_event (
        id bigint generated always as identity primary key, mailbox text not null, message_id text,
        source_id text, at timestamptz not null, event text not null, code text, detail text not null,
        raw text, by_user text,
        foreign key (mailbox, message_id) references sender_message (mailbox, message_id))`,
      `create unique index sender_event_source on sender_event (mailbox, source_id) where source_id is not null`,
      `create index sender_event_message on sender_event (mailbox, message_id, id)`,
      `create table sender_task (
        id text primary key, mailbox text not null, message_id text, kind text not null, code text,
        text text not null, opened_at timestamptz not null, closed_at timestamptz, closed_by text,
        closing_note text,
        foreign key (mailbox, message_id) references sender_message (mailbox, message_id))`,
      `create index sender_task_open on sender_task (mailbox, opened_at) where closed_at is null`,
      `create table sender_send (
        mailbox text not null, send_id text not null, is_open boolean not null, mesh_id text, entry text not null,
        primary key (mailbox, send_id))`,
    ],
  },
  {
    // What was stored before texts were sealed is found by these and sealed. spec: messaging §9 A2, A6
    name: 'sender-002-sealed',
    statements: [
      `create index sender_message_plain on sender_message (mailbox) where left(body, 5) <> 'gpc1.'`,
      `create index sender_event_plain on sender_event (mailbox)
        where source_id is not null and raw <> '' and left(raw, 5) <> 'gpc1.'`,
      `create index sender_message_made on sender_message (mailbox, created_at)`,
    ],
  },
];
