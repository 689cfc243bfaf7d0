// For tests: a running clinician portal among its stand-ins, and a browserless visitor for what needs no browser.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger } from '@gp-connect/foundation/http';
import { openAuthority } from '@gp-connect/foundation/trust';
import { clinicianSettings, type RunningPortal, startClinicianPortal } from '../index.ts';
import { hartley } from './made-up-record.ts';
import {
  type Issuer,
  type NationalServices,
  pdsPatient,
  startIssuer,
  startNationalServices,
} from './stand-ins.ts';

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

/** The address must be known before the portal starts: it is part of its settings. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

export interface Visit {
  readonly status: number;
  readonly path: string;
  readonly text: string;
  readonly headers: Headers;
}

/** Follows redirects and keeps cookies, as a browser does, and nothing more. */
export class Visitor {
  readonly #base: string;
  readonly cookies = new Map<string, string>();
  #formToken = '';

  constructor(base: string) {
    this.#base = base;
  }

  async get(path: string): Promise<Visit> {
    return this.#follow(path, { method: 'GET' });
  }

  /** Posts a form with the token of the last page, unless `fields` has one of its own. */
  async post(path: string, fields: Record<string, string> = {}): Promise<Visit> {
    const body = new URLSearchParams({ formToken: this.#formToken, ...fields });
    return this.#follow(path, { method: 'POST', body });
  }

  async signIn(): Promise<Visit> {
    return this.get('/sign-in');
  }

  /** From the find page to the open record (or whatever comes instead). */
  async openRecord(nhsNumber = hartley.nhsNumber, scope = 'whole'): Promise<Visit> {
    await this.get('/find');
    const permission = await this.post('/find/number', { nhsNumber });
    if (!/^\/patients\/[\w-]+$/.test(permission.path)) return permission;
    return this.post(`${permission.path}/record`, { scope, directCare: 'yes' });
  }

  async #follow(path: string, init: RequestInit): Promise<Visit> {
    let url = new URL(path, this.#base);
    let request = init;
    for (let hop = 0; hop < 10; hop++) {
      const own = url.origin === new URL(this.#base).origin;
      const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await fetch(url, {
        ...request,
        redirect: 'manual',
        headers: own && cookie ? { cookie } : {},
      });
      if (own) this.#keepCookies(answer.headers.getSetCookie());
      const location = answer.headers.get('location');
      if (!location) {
        const text = await answer.text();
        this.#formToken = /name="formToken" value="([^"]+)"/.exec(text)?.[1] ?? this.#formToken;
        return { status: answer.status, path: url.pathname, text, headers: answer.headers };
      }
      await answer.body?.cancel();
      url = new URL(location, url);
      request = { method: 'GET' };
    }
    throw new Error('too many redirects');
  }

  #keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}
