// For tests: a running pharmacy portal with its issuer, PDS over TLS, a database and a mailbox.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gp-connect/foundation/http';
import { openAuthority } from '@gp-connect/foundation/trust';
import { type Issuer, startIssuer } from '../../kit/testing/issuer.ts';
import { type NationalServices, startNationalServices } from '../../kit/testing/national-services.ts';
import { pdsPatient } from '../../kit/testing/pds-patient.ts';
import { freePort } from '../../kit/testing/servers.ts';
import { pharmacySettings, type RunningPharmacy, startPharmacyPortal } from '../index.ts';
import { type StandInMailbox, standInMailbox } from './stand-in-mailbox.ts';

export const heron = {
  nhsNumber: '9990000018',
  family: 'Heron',
  given: ['Jo'],
  gender: 'female',
  birthDate: '1988-02-03',
  practice: 'A82999',
};

export interface TestPharmacy {
  readonly url: string;
  readonly portal: RunningPharmacy;
  readonly issuer: Issuer;
  readonly national: NationalServices;
  readonly mailbox: StandInMailbox;
  readonly log: string[];
  close(): Promise<void>;
}

export async function startTestPharmacy(): Promise<TestPharmacy> {
  const folder = await mkdtemp(join(tmpdir(), 'pharmacy-'));
  const authority = await openAuthority(join(folder, 'pki'), { clock: Date.now });
  const product = await authority.identity('product', { commonName: 'pharmacy.example', usages: 'client' });
  const server = await authority.identity('national', {
    commonName: 'national.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const tls = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem'), ca: join(folder, 'ca.pem') };
  await writeFile(tls.key, product.key);
  await writeFile(tls.cert, product.cert);
  await writeFile(tls.ca, product.ca);
  const national = await startNationalServices(server);
  national.patients.set(heron.nhsNumber, pdsPatient(heron));
  const issuer = await startIssuer({
    uuid: '555011112222',
    family: 'Finch',
    given: 'Ada',
    ods: 'FZZ01',
    organisation: 'Test Pharmacy',
  });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log: string[] = [];
  const mailbox = standInMailbox();
  const portal = await startPharmacyPortal(
    pharmacySettings.parse({
      port,
      publicUrl: url,
      issuer: issuer.url,
      clientId: 'pharmacy',
      clientSecret: 'a-secret-for-the-portal-tests',
      audience: 'https://national.example',
      pds: `${national.url}/pds`,
      sds: `${national.url}/sds`,
      sdsApiKey: 'key',
      tls,
      pharmacy: { ods: 'FZZ01', name: 'Test Pharmacy' },
      identifierSystem: 'https://pharmacy.example/id',
      database: 'memory:',
      messageKeyFile: join(folder, 'message-key'),
      mesh: { url: 'http://127.0.0.1:1', mailbox: 'FZZ01OT1', password: 'x', sharedKey: 'x' },
      sessionSecretFile: join(folder, 'session'),
    }),
    {
      mesh: mailbox,
      logger: createLogger({ name: 'pharmacy', destination: { write: (line) => log.push(line) } }),
    },
  );
  return {
    url,
    portal,
    issuer,
    national,
    mailbox,
    log,
    async close() {
      await portal.close();
      await issuer.close();
      await national.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A consultation that nothing stands against. `seen` is today in London. */
export const consultation = (): Record<string, string> => ({
  service: 'minor-illness',
  seen: new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' }).format(new Date()),
  gphc: '2123456',
  role: 'R1290',
  complaint: '262550002',
  summary: 'Insect bite on the left calf with a small red area; skin care advised.',
  pregnancy: 'not-pregnant',
  systolic: '124',
  diastolic: '78',
  pulse: '72',
});
