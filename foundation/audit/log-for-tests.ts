// A log in a temporary folder for the tests of this room: real files, real keys, removed afterwards.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { AuditLog, type AuditLogOptions } from './audit-log.ts';
import { type KeyStore, openKeyStore } from './key-store.ts';
import { formatVkey } from './note.ts';
import type { OpenPart } from './parts.ts';

export const TEST_ORIGIN = 'audit.example.nhs.uk/log/gw-test';
export const TEST_KEK: Buffer = Buffer.alloc(32, 5);

/** Where a test log and its keys lie. */
export interface TestPlace {
  readonly folder: string;
  readonly keyFolder: string;
}

export async function testPlace(t: TestContext): Promise<TestPlace> {
  const base = await mkdtemp(join(tmpdir(), 'gpc-audit-'));
  t.after(() => rm(base, { recursive: true, force: true }));
  return { folder: join(base, 'log'), keyFolder: join(base, 'keys') };
}

export const testKeys = (place: TestPlace): KeyStore =>
  openKeyStore({ folder: place.keyFolder, origin: TEST_ORIGIN, kek: TEST_KEK });

export const testVkey = (place: TestPlace): string => formatVkey(testKeys(place).signers()[0]!);

/** Opens the log at `place`; checkpoints only when asked, unless `options` say otherwise. */
export function openTestLog(place: TestPlace, options: Partial<AuditLogOptions> = {}): Promise<AuditLog> {
  return AuditLog.open({
    folder: place.folder,
    keys: testKeys(place),
    software: 'test 1.0',
    integrateMs: 2_000_000,
    checkpointMs: 2_000_000,
    ...options,
  });
}

/** A made-up read request. */
export function testOpen(trace: string): OpenPart {
  return {
    kind: 'open',
    trace,
    nhsNumber: '9123456787',
    practice: 'A83999',
    organisation: { ods: 'RZ901', name: 'Northmoor Hospital', type: 'acute-emergency' },
    role: { code: 'R8000', display: 'Clinical Practitioner Access Role' },
    product: 'ar-structured',
    interaction: 'urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1',
    areas: ['medications'],
    purpose: 'directcare',
    decision: 'forward',
  };
}
