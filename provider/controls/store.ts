// Tables of the practice's controls: the hosted practices, their switches, every change of them.
import type { Generated, Kysely, Migration } from '@gp-connect/foundation/store';

export interface ControlTables {
  hosted_practice: { ods: string; name: string; organization_id: string; asid: string };
  practice_switch: { ods: string; switch: string; enabled: boolean };
  practice_switch_change: {
    id: Generated<number>;
    ods: string;
    switch: string;
    enabled: boolean;
    actor: string;
    reason: string;
    at: Generated<Date>;
  };
  practice_exclusion_code: { ods: string; code: string };
}

export type ControlDatabase = Kysely<ControlTables>;

export const controlMigrations: readonly Migration[] = [
  {
    name: 'controls-001',
    statements: [
      `create table hosted_practice (
         ods text primary key, name text not null, organization_id text not null, asid text not null unique)`,
      `create table practice_switch (
         ods text not null references hosted_practice, switch text not null, enabled boolean not null,
         primary key (ods, switch))`,
      `create table practice_switch_change (
         id bigint generated always as identity primary key, ods text not null, switch text not null,
         enabled boolean not null, actor text not null, reason text not null, at timestamptz not null default now())`,
      `create table practice_exclusion_code (
         ods text not null references hosted_practice, code text not null, primary key (ods, code))`,
    ],
  },
];
