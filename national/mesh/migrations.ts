// Tables of MESH: mailboxes with their workflows, messages with their chunks, seen tokens, payloads to remove,
// pauses with the messages they hold.
// No column holds clinical content or, in clear, anything about a patient: subject, addresses and file names are in
// `sealed`, under the message's own key, which is destroyed with the payload. spec: mesh §7, RTE-18
import type { Migration } from '@gp-connect/foundation/store';

export const meshMigrations: readonly Migration[] = [
  {
    name: 'mesh-001-tables',
    statements: [
      `create table mesh_mailbox (
        id text primary key, name text not null, ods text not null, org_code text not null,
        org_name text not null, smtp text not null, sealed_password text not null, active boolean not null,
        handshake_at timestamptz, client_version text)`,
      'create index mesh_mailbox_ods on mesh_mailbox (ods)',
      `create table mesh_workflow (
        mailbox text not null references mesh_mailbox on delete cascade, workflow text not null,
        may_send boolean not null, may_receive boolean not null, primary key (mailbox, workflow))`,
      'create index mesh_workflow_receivers on mesh_workflow (workflow) where may_receive',
      'create sequence mesh_position',
      `create table mesh_message (
        id text primary key, kind text not null, sender text, recipient text, workflow text not null,
        local_id text, status text not null, status_event text not null, status_code text not null,
        status_description text not null, status_at timestamptz not null,
        total_chunks int not null, content_encoding text, compressed boolean not null,
        encrypted boolean not null, size bigint not null, wrapped_key text, sealed text, linked_id text,
        created_at timestamptz not null, accepted_at timestamptz, collected_at timestamptz,
        ended_at timestamptz, position bigint not null default nextval('mesh_position'))`,
      `create index mesh_inbox on mesh_message (recipient, position) where status = 'accepted'`,
      `create index mesh_unrouted on mesh_message (accepted_at) where status = 'accepted' and recipient is null`,
      'create index mesh_received on mesh_message (recipient, created_at)',
      'create index mesh_sent on mesh_message (sender, created_at)',
      'create index mesh_sent_local on mesh_message (sender, local_id)',
      'create index mesh_open on mesh_message (created_at) where ended_at is null',
      'create index mesh_ended on mesh_message (ended_at) where ended_at is not null',
      `create table mesh_chunk (
        message text not null references mesh_message on delete cascade, number int not null,
        object text not null, size bigint not null, primary key (message, number))`,
      'create index mesh_chunk_object on mesh_chunk (object)',
      'create table mesh_discard (object text primary key)',
      'create table mesh_token (digest text primary key, seen_at timestamptz not null)',
      'create index mesh_token_seen on mesh_token (seen_at)',
    ],
  },
  {
    name: 'mesh-002-pauses',
    statements: [
      'alter table mesh_message add column product text, add column product_version text',
      `create table mesh_pause (
        id text primary key, scope text not null, mode text not null, reason text not null, until timestamptz,
        created_at timestamptz not null, created_by text not null, applied boolean not null default false,
        lifted_at timestamptz, lifted_by text, lift_reason text, lift_messages text)`,
      'create index mesh_pause_active on mesh_pause (created_at) where lifted_at is null',
      `create table mesh_hold (
        message text not null references mesh_message on delete cascade, pause text not null references mesh_pause,
        primary key (message, pause))`,
      'create index mesh_hold_pause on mesh_hold (pause)',
    ],
  },
];
