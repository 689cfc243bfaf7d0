// Tables of recall at the operator. They hold what is asked and how many, never a patient, a message or a value of one:
// there is no column one could stand in. spec: national-service INC-01, RTE-16
import type { Migration } from '@gp-connect/foundation/store';

export const recallCaseMigrations: readonly Migration[] = [
  {
    name: 'oversight-recall-001',
    statements: [
      `create table recall_case (
        id text primary key, version int not null, status text not null, title text not null, intake text,
        selector text not null, resolved text not null, created_at timestamptz not null, created_by text not null,
        closed_at timestamptz, closure text)`,
      'create index recall_case_newest on recall_case (created_at, id)',
      // One distribution of one step to many practices.
      `create table recall_run (
        recall text not null references recall_case, run int not null, step text not null, as_at timestamptz not null,
        order_parts text not null, created_at timestamptz not null, created_by text not null,
        finished_at timestamptz, primary key (recall, run))`,
      // The work queue: a row is one practice that is to be sent one order.
      `create table recall_work (
        recall text not null, run int not null, practice text not null, icb text, supplier text,
        state text not null check (state in ('waiting', 'done', 'refused')), attempts int not null default 0,
        not_before timestamptz not null, fault text, oldest_open date, answered_at timestamptz,
        primary key (recall, run, practice), foreign key (recall, run) references recall_run)`,
      `create index recall_work_due on recall_work (not_before) where state = 'waiting'`,
      `create index recall_work_waiting on recall_work (recall, run) where state = 'waiting'`,
      `create table recall_count (
        recall text not null, run int not null, practice text not null, sender text not null, state text not null,
        count int not null, primary key (recall, run, practice, sender, state))`,
      `create table recall_read_count (
        recall text not null, run int not null, practice text not null, organisation text not null,
        name text not null, product text not null, reads int not null,
        primary key (recall, run, practice, organisation, product))`,
      `create table recall_sign_off (
        recall text not null references recall_case, ordinal int generated always as identity,
        kind text not null, reference text not null, statement text not null, actor text not null, role text not null,
        at timestamptz not null, primary key (recall, ordinal))`,
      `create table recall_event (
        id bigint generated always as identity primary key, recall text not null, at timestamptz not null,
        actor text not null, role text not null, action text not null, detail text not null)`,
      'create index recall_event_by_recall on recall_event (recall, id)',
    ],
  },
  {
    name: 'oversight-recall-002',
    statements: [
      // Where an event stands in the operator's own audit log.
      'alter table recall_event add column log_origin text, add column log_index bigint',
      // What contains an incident, until it is lifted: a pause of MESH, or the hold of one practice's product.
      `create table recall_containment (
        recall text not null references recall_case, kind text not null check (kind in ('pause', 'hold')),
        reference text not null, product text not null, at timestamptz not null, actor text not null,
        lifted_at timestamptz, lifted_by text, primary key (recall, kind, reference))`,
    ],
  },
  {
    name: 'oversight-envelopes-001',
    statements: [
      // MESH's audit log as one row for each message: a projection, rebuilt from the log by emptying both tables.
      `create table message_envelope (
        origin text not null, message text not null, product text not null, sender text, practice text,
        handed_over_at timestamptz, received_at timestamptz, ended_at timestamptz, primary key (origin, message))`,
      'create index message_envelope_by_time on message_envelope (product, handed_over_at)',
      'create table message_envelope_cursor (origin text primary key, next_index bigint not null)',
    ],
  },
];
