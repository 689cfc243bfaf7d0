// Tables of the directory: organisations, AS and MHS records, PDS entries with their names. spec: foundations §14–§17
import type { Migration } from '@gp-connect/foundation/store';

export const directoryMigrations: readonly Migration[] = [
  {
    name: 'directory-001-tables',
    statements: [
      `create table organisation (
        ods text primary key, name text not null, status text not null, country text not null,
        type text not null, postcode text not null, private boolean not null)`,
      `create table accredited_system (
        asid text primary key, ods text not null, client text not null, party_key text not null,
        interactions text not null, manufacturer text not null, product_name text not null,
        product_version text not null, client_fqdn text not null, issuer text not null)`,
      `create table message_handling_service (
        id text primary key, ods text not null, party_key text not null, interaction text not null,
        endpoint text not null, fqdn text not null, cpa_id text not null, reliability text)`,
      `create table pds_patient (
        nhs_number text primary key,
        superseded_by text,
        invalidated boolean not null,
        confidentiality text not null,
        birth_date text,
        death_date text,
        gender text,
        postcode text,
        practice text,
        body text not null,
        related_persons text not null)`,
      'create index pds_patient_birth_date on pds_patient (birth_date)',
      `create table pds_name (
        nhs_number text not null references pds_patient on delete cascade,
        ordinal int not null,
        history boolean not null,
        family text not null,
        given text not null,
        family_sound text not null,
        given_sound text not null,
        primary key (nhs_number, ordinal))`,
      'create index pds_name_family on pds_name (family text_pattern_ops)',
    ],
  },
];
