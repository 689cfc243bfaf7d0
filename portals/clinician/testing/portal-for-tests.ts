// For tests: a running clinician portal among its stand-ins, and a browserless visitor for what needs no browser.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gp-connect/foundation/http';
import { openAuthority } from '@gp-connect/foundation/trust';
import type { RunningPortal } from '../../kit/index.ts';
import { type Issuer, startIssuer } from '../../kit/testing/issuer.ts';
import { type NationalServices, startNationalServices } from '../../kit/testing/national-services.ts';
import { pdsPatient } from '../../kit/testing/pds-patient.ts';
import { freePort } from '../../kit/testing/servers.ts';
import { Visitor as PageVisitor, type Visit } from '../../kit/testing/visitor.ts';
import { clinicianSettings, startClinicianPortal } from '../index.ts';
import { hartley } from './made-up-record.ts';

export interface TestPortal {
  readonly url: string;
  readonly folder: string;
  readonly portal: RunningPortal;
  readonly issuer: Issuer;
  readonly national: NationalServices;
  /** Every line logged. */
  readonly log: string[];
  /** Moves the portal's clock on. */
  wait(seconds: number): void;
  close(): Promise<void>;
}

export async function startTestPortal(change: object = {}): Promise<TestPortal> {
  const folder = await mkdtemp(join(tmpdir(), 'clinician-'));
  const authority = await openAuthority(join(folder, 'pki'), { clock: Date.now });
  const product = await authority.identity('product', { commonName: 'portal.example', usages: 'client' });
  const server = await authority.identity('national', {
    commonName: 'national.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const files = { key: join(folder, 'key.pem'), cert: join(folder, 'cert.pem'), ca: join(folder, 'ca.pem') };
  await Promise.all([
    writeFile(files.key, product.key),
    writeFile(files.cert, product.cert),
    writeFile(files.ca, product.ca),
  ]);
  const national = await startNationalServices(server);
  const issuer = await startIssuer({
    uuid: '555011112222',
    family: 'Okafor',
    given: 'Adaeze',
    ods: 'RZ901',
    organisation: 'Northmoor Hospital',
  });
  national.patients.set(hartley.nhsNumber, pdsPatient(hartley));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log: string[] = [];
  let ahead = 0;
  const portal = await startClinicianPortal(
    clinicianSettings.parse({
      port,
      publicUrl: url,
      issuer: issuer.url,
      clientId: 'clinician',
      clientSecret: 'a-secret-for-the-portal-tests',
      audience: 'https://gp-connect.example/gateway',
      gateway: `${national.url}/gateway`,
      pds: `${national.url}/pds`,
      sds: `${national.url}/sds`,
      sdsApiKey: 'key',
      tls: files,
      sessionSecretFile: join(folder, 'secrets', 'session'),
      ...change,
    }),
    {
      clock: () => Date.now() + ahead,
      logger: createLogger({ name: 'clinician', destination: { write: (line) => log.push(line) } }),
    },
  );
  return {
    url,
    folder,
    portal,
    issuer,
    national,
    log,
    wait: (seconds) => {
      ahead += seconds * 1000;
    },
    async close() {
      await portal.close();
      await issuer.close();
      await national.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export class Visitor extends PageVisitor {
  /** From the find page to the open record (or whatever comes instead). */
  async openRecord(nhsNumber = hartley.nhsNumber, scope = 'whole'): Promise<Visit> {
    await this.get('/find');
    const permission = await this.post('/find/number', { nhsNumber });
    if (!/^\/patients\/[\w-]+$/.test(permission.path)) return permission;
    return this.post(`${permission.path}/record`, { scope, directCare: 'yes' });
  }
}
