// A whole small directory for tests: real database, real TLS, real tokens. All people and places are invented.
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, startListening } from '@gp-connect/foundation/http';
import { interactionId } from '@gp-connect/foundation/nhs';
import { openStore } from '@gp-connect/foundation/store';
import {
  type Authority,
  clientTls,
  createAccessTokenVerifier,
  openAuthority,
  serverTls,
} from '@gp-connect/foundation/trust';
import type { Patient } from 'fhir/r4.js';
import { exportJWK, SignJWT } from 'jose';
import { Agent, request } from 'undici';
import { policyMigrations } from '../policy/index.ts';
import { type DirectoryLoad, loadDirectory } from './load.ts';
import { directoryMigrations } from './migrations.ts';
import { type DirectorySettings, directorySettings } from './settings.ts';
import { type DirectoryDependencies, type RunningDirectory, startDirectory } from './start.ts';
import type { DirectoryStore } from './store.ts';
import type { AccreditedSystem, MessageHandlingService, Organisation, PdsRecord } from './types.ts';

export const apiKey = 'key-of-a-test-application';

const interactions = [
  interactionId.findPatient,
  interactionId.structuredRecord,
  interactionId.careRecordHtml,
];

const organisation = (
  ods: string,
  name: string,
  type: string,
  more: Partial<Organisation> = {},
): Organisation => ({
  ods,
  name,
  status: 'active',
  country: 'England',
  type,
  postcode: 'ZZ99 3CZ',
  private: false,
  ...more,
});

const system = (asid: string, ods: string, party: string, manufacturer: string): AccreditedSystem => ({
  asid,
  ods,
  client: ods,
  partyKey: `${ods}-${party}`,
  interactions,
  manufacturer,
  product: { name: 'Example', version: '1.0' },
  clientFqdn: `${ods.toLowerCase()}.example`,
  issuer: `https://${ods.toLowerCase()}.example/`,
});

const service = (ods: string, at: number): MessageHandlingService => ({
  id: `${ods.toLowerCase()}c${at}d4e5f60718293`,
  ods,
  partyKey: `${ods}-0000001`,
  interaction: interactions[at]!,
  endpoint: `https://gp.example.nhs.uk/${ods}/STU3/1/gpconnect`,
  fqdn: 'gp.example.nhs.uk',
  cpaId: `${ods.toLowerCase()}c${at}d4e5f60718293`,
});

/** Two practices, a hospital, a pharmacy. */
export const england: DirectoryLoad = {
  organisations: [
    organisation('T99999', 'Cherrytree Surgery', 'gp-practice'),
    organisation('T99998', 'Plumtree Surgery', 'gp-practice'),
    organisation('RZ901', 'Northmoor Hospital', 'acute-emergency'),
    organisation('FZZ01', 'Cornmill Pharmacy', 'pharmacy'),
  ],
  accreditedSystems: [
    system('200000000116', 'T99999', '0000001', 'YGA01'),
    system('200000000117', 'T99998', '0000001', 'YGB01'),
    system('200000000118', 'T99998', '0000002', 'YGB01'),
    system('200000000115', 'RZ901', '0000009', 'YGC01'),
    system('200000000119', 'RZ901', '0000009', 'YGD01'),
    system('200000000120', 'FZZ01', '0000010', 'YGC01'),
  ],
  messageHandlingServices: [
    service('T99999', 0),
    {
      ...service('T99999', 1),
      reliability: { nhsMHSSyncReplyMode: 'None', nhsMHSDuplicateElimination: 'never', nhsMHSRetries: 2 },
    },
    service('T99999', 2),
    service('T99998', 0),
    { ...service('T99998', 1), endpoint: '' },
  ],
  agreements: [
    { ods: 'RZ901', products: ['ar-structured', 'ar-html'], status: 'live' },
    { ods: 'FZZ01', products: ['ar-structured'], status: 'live' },
  ],
  practiceProducts: ['ar-structured', 'ar-html', 'update-record'].map((product) => ({
    ods: 'T99999',
    product,
    area: null,
    state: 'enabled',
    reasonCode: null,
    incident: null,
  })),
};

export interface PersonFacts extends Partial<Patient> {
  family?: string;
  given?: string[];
  confidentiality?: 'U' | 'R' | 'V';
  practice?: string | null;
  postcode?: string;
  invalidated?: boolean;
}

/** An R4 Patient as PDS holds it. */
export function person(id: string, facts: PersonFacts = {}): PdsRecord {
  const { family, given, confidentiality = 'U', practice = 'T99999', postcode, invalidated, ...more } = facts;
  const patient: Patient = {
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: id }],
    meta: {
      versionId: '2',
      security: [
        { system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code: confidentiality },
      ],
    },
    name: [{ id: 'n1', use: 'usual', family: family ?? 'Vale', given: given ?? ['Tamsin'], prefix: ['Ms'] }],
    gender: 'female',
    birthDate: '1990-06-15',
    address: [{ use: 'home', line: ['', '3 Orchard Row'], postalCode: postcode ?? 'ZZ99 3CZ' }],
    telecom: [{ system: 'phone', use: 'home', value: '01632960001' }],
    ...(practice === null
      ? {}
      : {
          generalPractitioner: [
            {
              type: 'Organization',
              identifier: {
                system: 'https://fhir.nhs.uk/Id/ods-organization-code',
                value: practice,
                period: { start: '2019-04-01' },
              },
            },
          ],
        }),
    ...more,
  };
  return { patient, ...(invalidated ? { invalidated } : {}) };
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  body: any;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Common name of the client certificate to show; absent: none. */
  as?: string;
}

export interface DirectoryUnderTest {
  running: RunningDirectory;
  store: DirectoryStore;
  origin: string;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  /** An access token of a member of staff, with product roles. */
  staffToken(more?: { roles?: string[]; organisation?: string; userId?: string }): Promise<string>;
  /** A signed assertion of the application `app-1`. */
  assertion(claims?: Record<string, unknown>, header?: { alg?: string; kid?: string }): Promise<string>;
  applicationToken(): Promise<string>;
  close(): Promise<void>;
}

const audience = 'https://directory.example';

export async function startTestDirectory(
  at: { url: string },
  {
    load = england,
    settings = {},
    dependencies = {},
  }: {
    load?: DirectoryLoad;
    settings?: Partial<DirectorySettings>;
    dependencies?: Partial<DirectoryDependencies>;
  } = {},
): Promise<DirectoryUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-directory-'));
  const authority = await openAuthority(folder, { clock: Date.now });
  const identity = await authority.issue({
    commonName: 'directory.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const idp = await startIdentityProvider();
  const application = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...(await exportJWK(application.publicKey)), kid: 'k1', alg: 'RS512' };
  const store: DirectoryStore = await openStore(at, [...policyMigrations, ...directoryMigrations]);
  await loadDirectory(store, load);
  const running = await startDirectory(
    directorySettings.parse({
      port: 0,
      operationsPort: 0,
      apiKeys: [apiKey],
      feedReaders: ['gateway.example'],
      refreshMs: 100,
      longPollMs: 2000,
      pdsClients: [{ id: 'app-1', jwks: { keys: [jwk] } }],
      ...settings,
    }),
    {
      store,
      logger: createLogger({ name: 'directory', level: 'silent' }),
      tls: serverTls(identity, { clients: 'answer' }),
      staff: createAccessTokenVerifier({
        issuer: idp.issuer,
        jwksUri: idp.jwksUri,
        audience,
        clock: Date.now,
      }),
      ...dependencies,
    },
  );
  const origin = `https://127.0.0.1:${running.address.port}`;
  const agents = new Map<string, Agent>();
  const agentFor = async (name: string) => {
    const known = agents.get(name);
    if (known) return known;
    const made = new Agent({ allowH2: false, connect: await clientOptions(authority, name) });
    agents.set(name, made);
    return made;
  };
  const ask = async (path: string, options: AskOptions = {}): Promise<Answer> => {
    const answer = await request(origin + path, {
      method: (options.method ?? 'GET') as 'GET',
      headers: options.headers ?? {},
      dispatcher: await agentFor(options.as ?? ''),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const text = await answer.body.text();
    return { status: answer.statusCode, headers: answer.headers, text, body: parseIfJson(text) };
  };
  const assertion: DirectoryUnderTest['assertion'] = async (claims = {}, header = {}) => {
    const now = Math.floor(Date.now() / 1000);
    const alg = header.alg ?? 'RS512';
    return new SignJWT({
      iss: 'app-1',
      sub: 'app-1',
      aud: `${origin}/oauth2/token`,
      exp: now + 240,
      jti: randomUUID(),
      ...claims,
    })
      .setProtectedHeader({ alg, typ: 'JWT', ...('kid' in header ? {} : { kid: 'k1' }), ...header })
      .sign(application.privateKey);
  };
  return {
    running,
    store,
    origin,
    ask,
    staffToken: idp.staffToken,
    assertion,
    async applicationToken() {
      const answer = await ask('/oauth2/token', tokenRequest(await assertion()));
      return String(answer.body.access_token);
    },
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
      await running.close();
      await store.close();
      idp.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function tokenRequest(assertion: string): AskOptions {
  const form = {
    grant_type: 'client_credentials',
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: assertion,
  };
  return {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
  };
}

function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function clientOptions(authority: Authority, name: string): Promise<Agent.Options['connect'] & object> {
  if (name === '') return { ca: authority.ca };
  const identity = await authority.issue({ commonName: name, usages: 'client' });
  return clientTls(identity) as Agent.Options['connect'] & object;
}

/** The keys of an identity provider over real HTTP, and tokens as CIS2 signs them. */
async function startIdentityProvider() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'cis2', alg: 'ES256' };
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: [jwk] }));
  });
  const { port } = await startListening(server, 'test identity provider', { host: '127.0.0.1', port: 0 });
  const issuer = `http://127.0.0.1:${port}`;
  return {
    issuer,
    jwksUri: `${issuer}/jwks`,
    staffToken: (more: { roles?: string[]; organisation?: string; userId?: string } = {}) =>
      staffToken(privateKey, issuer, more),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function staffToken(
  key: KeyObject,
  issuer: string,
  {
    roles = [],
    organisation: ods = 'RZ901',
    userId = '555011112222',
  }: { roles?: string[]; organisation?: string; userId?: string },
): Promise<string> {
  return new SignJWT({
    client_id: 'viewer',
    scope: 'openid nhs-cis2-aal3',
    nhsid_useruid: userId,
    selected_roleid: '555033334444',
    authentication_assurance_level: '3',
    family_name: 'Quill',
    given_name: 'Ada',
    gpconnect_roles: roles,
    nhsid_nrbac_roles: [
      {
        person_roleid: '555033334444',
        org_code: ods,
        role_code: 'R8000',
        role_name: 'Clinical Practitioner',
      },
    ],
    nhsid_user_orgs: [{ org_code: ods, org_name: 'Somewhere' }],
  })
    .setProtectedHeader({ alg: 'ES256', kid: 'cis2', typ: 'at+jwt' })
    .setIssuer(issuer)
    .setSubject(userId)
    .setAudience(audience)
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);
}
