// Tables of recall at the provider: received entries, orders of the national layer, work items, notices to senders.
// Every key is led by the practice. spec: national-service §15
import type { Migration } from '@gp-connect/foundation/store';

export const recallMigrations: readonly Migration[] = [
  {
    name: 'recall-001-tables',
    statements: [
      `create table received_entry (
        practice text not null, entry text not null, message text not null, product text not null,
        sender_ods text not null, sender_product text, sender_version text,
        service text, field text, code text, value double precision,
        sent_at timestamptz not null, received_at timestamptz not null,
        decision text check (decision in ('filed', 'amended', 'rejected')), decided_at timestamptz,
        patient_key int, type text, id text,
        primary key (practice, entry))`,
      'create index received_entry_by_code on received_entry (practice, code, sent_at)',
      'create index received_entry_by_time on received_entry (practice, sent_at)',
      `create table received_entry_hold (
        practice text not null, entry text not null, cause text not null, primary key (practice, entry, cause))`,
      `create table recall_order (
        practice text not null, recall text not null, run int not null, step text not null,
        body text not null, answer text not null, answered_at timestamptz not null,
        primary key (practice, recall, run, step))`,
      `create table recall_item (
        practice text not null, recall text not null, entry text not null,
        message text not null, sender_ods text not null, state_then text not null,
        filed_at timestamptz, patient_key int, type text, id text,
        flagged_at timestamptz not null, contained_at timestamptz, released_at timestamptz,
        proposed_code text, proposed_display text,
        outcome text check (outcome in ('entered-in-error', 'corrected', 'confirmed-correct', 'rejected')),
        replacement text, reason text, decided_by text, decided_role text, decided_at timestamptz,
        primary key (practice, recall, entry))`,
      `create index recall_item_open on recall_item (practice, recall) where outcome is null`,
      `create table recall_notice (
        id bigint generated always as identity primary key,
        practice text not null, recall text not null, sender_ods text not null, message text not null,
        outcome text not null, created_at timestamptz not null, sent_at timestamptz)`,
      'create index recall_notice_waiting on recall_notice (id) where sent_at is null',
    ],
  },
  {
    name: 'recall-002-author',
    statements: [
      `alter table recall_item add column author_answer text
         check (author_answer in ('correct', 'wrong', 'cannot-determine')),
       add column author_answered_at timestamptz, add column corrected_by text`,
      'create index recall_item_by_message on recall_item (practice, recall, message)',
      `create unique index recall_notice_check on recall_notice (practice, recall, message) where outcome = 'check'`,
    ],
  },
  {
    // The national layer sees envelopes: the only id it can name is MESH's. INC-05
    name: 'recall-002-mesh-id',
    statements: ['alter table received_entry add column mesh_message text'],
  },
];
