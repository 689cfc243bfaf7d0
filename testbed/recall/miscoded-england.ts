// A recall end to end: one GP system hosting many practices whose records hold miscoded entries, and the operator's
// worker. Used by the crash test and the bench. spec: national-service INC-15; seed S0-07
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createLogger } from '@gp-connect/foundation/http';
import { makeNhsNumber, system } from '@gp-connect/foundation/nhs';
import { openStore } from '@gp-connect/foundation/store';
import { type Authority, openAuthority, type TlsIdentity } from '@gp-connect/foundation/trust';
import {
  directoryMigrations,
  loadDirectory,
  meshMigrations,
  type OversightStore,
  policyMigrations,
  recallCaseMigrations,
} from '@gp-connect/national';
import {
  type LedgerEntry,
  openProviderStore,
  type ProviderStore,
  providerSettings,
  type RunningProvider,
  startProvider,
  writeLedger,
} from '@gp-connect/provider';
import { type OperatorFiles, providerHost } from './worker.ts';

export const operatorName = 'recall.national.example';

export interface MiscodedEngland {
  readonly provider: RunningProvider;
  readonly opened: ProviderStore;
  readonly practices: readonly string[];
  readonly folder: string;
  close(): Promise<void>;
}

const practiceCode = (at: number): string => `M${String(10_000 + at)}`;

/** Every tenth entry waits for review; a thirtieth was refused. Each person has one entry. */
function stateOf(at: number): LedgerEntry['decision'] {
  if (at % 30 === 7) return 'rejected';
  return at % 10 === 3 ? null : 'filed';
}

/** Starts a provider of `practices` practices with `entries` miscoded entries between them. */
export async function startMiscodedEngland(
  database: { url: string },
  { folder, practices, entries }: { folder: string; practices: number; entries: number },
): Promise<MiscodedEngland & { operator: OperatorFiles }> {
  const authority = await openAuthority(join(folder, 'authority'), { clock: Date.now });
  const keys = generateKeyPairSync('ed25519');
  const codes = Array.from({ length: practices }, (_, at) => practiceCode(at));
  const settings = await settingsFor(database.url, folder, authority, keys.publicKey);
  const opened = await openProviderStore(settings.database);
  await opened.controls.host(
    codes.map((ods, at) => ({
      ods,
      name: `Surgery ${ods}`,
      organizationId: 'o1',
      asid: String(200_000_100_000 + at),
    })),
  );
  let serial = 0;
  for (const [at, ods] of codes.entries()) {
    const share = Math.floor(entries / practices) + (at < entries % practices ? 1 : 0);
    serial = await fillPractice(opened.records, ods, share, serial);
  }
  const provider = await startProvider(settings, opened, {
    logger: createLogger({ name: 'provider', level: 'silent' }),
  });
  const identity = await authority.issue({ commonName: operatorName, usages: 'client' });
  return {
    provider,
    opened,
    practices: codes,
    folder,
    operator: operatorFiles(folder, identity, keys.privateKey),
    close: () => provider.close(),
  };
}

async function settingsFor(database: string, folder: string, authority: Authority, key: KeyObject) {
  const server = await authority.issue({ commonName: providerHost, usages: 'both' });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const anyPort = { host: '127.0.0.1', port: 0 };
  return providerSettings.parse({
    ...{ listen: anyPort, operations: anyPort, administration: anyPort, database },
    publicOrigin: `https://${providerHost}`,
    audit: { folder: join(folder, 'audit'), keyFolder: join(folder, 'audit-keys') },
    tls: {
      key: file('key.pem', server.key),
      cert: file('cert.pem', server.cert),
      ca: file('ca.pem', server.ca),
    },
    proxyNames: ['proxy.example.nhs.uk'],
    administrationToken: file('administration-token', 'an administration token for tests'),
    recall: {
      operatorNames: [operatorName],
      orderKey: file('order-key.pem', key.export({ type: 'spki', format: 'pem' }) as string),
    },
  });
}

function operatorFiles(folder: string, identity: TlsIdentity, key: KeyObject): OperatorFiles {
  const home = join(folder, 'operator');
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const tls = join(home, 'tls.json');
  const signingKey = join(home, 'order-key.pem');
  writeFileSync(tls, JSON.stringify({ key: identity.key, cert: identity.cert, ca: identity.ca }), {
    mode: 0o600,
  });
  writeFileSync(signingKey, key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  return { tls, signingKey };
}

async function fillPractice(
  records: Awaited<ReturnType<typeof openProviderStore>>['records'],
  ods: string,
  share: number,
  from: number,
): Promise<number> {
  let nine = from || 999_000_000;
  const people: { id: string; nhsNumber: string }[] = [];
  while (people.length < share) {
    const nhsNumber = makeNhsNumber(String(nine++));
    if (nhsNumber) people.push({ id: `p${people.length}`, nhsNumber });
  }
  await records.putPractice(ods, `Surgery ${ods}`);
  await records.loadCanonical(
    ods,
    people.map((person) => [patient(person), observation(person.id)]),
  );
  const ledger: LedgerEntry[] = [];
  for (const [at, { id, nhsNumber }] of people.entries()) {
    const { key } = (await records.findPatient(ods, nhsNumber))!;
    ledger.push(ledgerEntry(ods, at, id, key));
  }
  await records.store.db.transaction().execute((transaction) => writeLedger(transaction, ods, ledger));
  return nine;
}

const patient = ({ id, nhsNumber }: { id: string; nhsNumber: string }) => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: system.nhsNumber, value: nhsNumber }],
  active: true,
  name: [{ use: 'official', family: 'Example', given: ['Person'] }],
  gender: 'female',
  birthDate: '1990-01-01',
});

const observation = (person: string) => ({
  resourceType: 'Observation',
  id: `status-${person}`,
  status: 'final',
  code: { coding: [{ system: system.snomed, code: '77386006', display: 'Pregnancy' }] },
  subject: { reference: `Patient/${person}` },
  effectiveDateTime: '2025-03-01T10:00:00+00:00',
});

function ledgerEntry(ods: string, at: number, person: string, key: number): LedgerEntry {
  const decision = stateOf(at);
  return {
    entry: `${ods}-${at}`,
    message: `m-${ods}-${at}`,
    product: 'update-record',
    senderOds: `FZ${String((at * 7) % 90).padStart(3, '0')}`,
    senderProduct: { name: 'PharmaSoft', version: '3.1.2' },
    service: 'pharmacy-first',
    field: 'pregnancy-status',
    code: '77386006',
    value: null,
    sentAt: '2025-03-01T10:00:00Z',
    receivedAt: '2025-03-01T10:01:00Z',
    decision,
    decidedAt: decision === null ? null : '2025-03-02T09:00:00Z',
    filedAs: decision === 'filed' ? { patientKey: key, type: 'Observation', id: `status-${person}` } : null,
  };
}

/** The operator's store, with the practices registered. */
export async function openOperatorStore(
  database: { url: string },
  practices: readonly string[],
): Promise<OversightStore> {
  const store = (await openStore(database, [
    ...policyMigrations,
    ...directoryMigrations,
    ...meshMigrations,
    ...recallCaseMigrations,
  ])) as OversightStore;
  await loadDirectory(store, {
    organisations: practices.map((ods) => ({
      ...{ ods, name: `Surgery ${ods}`, status: 'active', country: 'England', type: 'gp-practice' },
      ...{ postcode: 'ZZ99 3CZ', private: false },
    })) as never,
    accreditedSystems: [],
    messageHandlingServices: practices.map((ods) => ({
      ...{ id: `mhs-${ods}`, ods, partyKey: `${ods}-0000001`, fqdn: providerHost, cpaId: `cpa-${ods}` },
      interaction: 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1',
      endpoint: `https://${providerHost}/${ods}/STU3/1/gpconnect`,
    })),
  });
  return store;
}
