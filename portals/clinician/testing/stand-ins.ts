// For tests: what stands around the portal — an OpenID Connect issuer, PDS and the gateway — over real HTTP and TLS.
// spec: foundations §17, national-service §3.3
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { serverTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { exportJWK, importPKCS8, SignJWT } from 'jose';

export interface StaffMember {
  readonly uuid: string;
  readonly family: string;
  readonly given: string;
  readonly ods: string;
  readonly organisation: string;
}

export interface Issuer {
  readonly url: string;
  /** Who signs in next. */
  staff: StaffMember;
  /** Seconds the next access token lives. */
  lifetime: number;
  close(): Promise<void>;
}

/** Signs in whoever is set, without asking. Only what an authorization code flow needs. */
export async function startIssuer(staff: StaffMember): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signing = await importPKCS8(privateKey.export({ type: 'pkcs8', format: 'pem' }) as string, 'RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
  const codes = new Map<string, { nonce: string; clientId: string }>();
  const server = createPlainServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end());
  });
  await listening(server);
  const issuer: Issuer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    staff,
    lifetime: 3600,
    close: () => closed(server),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', issuer.url);
    const json = (body: object) =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (url.pathname === '/.well-known/openid-configuration')
      json({
        issuer: issuer.url,
        authorization_endpoint: `${issuer.url}/authorize`,
        token_endpoint: `${issuer.url}/token`,
        jwks_uri: `${issuer.url}/jwks`,
        end_session_endpoint: `${issuer.url}/end`,
        response_types_supported: ['code'],
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['RS256'],
      });
    else if (url.pathname === '/jwks') json({ keys: [jwk] });
    else if (url.pathname === '/authorize') {
      const code = randomBytes(8).toString('hex');
      const asked = url.searchParams;
      codes.set(code, { nonce: asked.get('nonce') ?? '', clientId: asked.get('client_id') ?? '' });
      const back = new URL(asked.get('redirect_uri') ?? '');
      back.search = String(new URLSearchParams({ code, state: asked.get('state') ?? '' }));
      response.writeHead(303, { location: back.href }).end();
    } else if (url.pathname === '/token') {
      const known = codes.get(new URLSearchParams(await bodyText(request)).get('code') ?? '');
      if (!known) response.writeHead(400).end('{"error":"invalid_grant"}');
      else
        json({
          access_token: `access-${issuer.staff.uuid}`,
          token_type: 'Bearer',
          expires_in: issuer.lifetime,
          id_token: await idToken(known.nonce, known.clientId),
        });
    } else if (url.pathname === '/end') {
      response.writeHead(303, { location: url.searchParams.get('post_logout_redirect_uri') ?? '/' }).end();
    } else response.writeHead(404).end();
  }

  const idToken = (nonce: string, audience: string) => {
    const { uuid, family, given, ods, organisation } = issuer.staff;
    return new SignJWT({
      nonce,
      nhsid_useruid: uuid,
      selected_roleid: '555033334444',
      authentication_assurance_level: '3',
      family_name: family,
      given_name: given,
      title: 'Dr',
      nhsid_nrbac_roles: [
        {
          person_roleid: '555033334444',
          org_code: ods,
          role_code: 'R8000',
          role_name: 'Clinical Practitioner',
        },
      ],
      nhsid_user_orgs: [{ org_code: ods, org_name: organisation }],
    })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer.url)
      .setSubject(uuid)
      .setAudience(audience)
      .setIssuedAt()
      .setExpirationTime('1h')
      .sign(signing);
  };
  return issuer;
}

export interface AskedForRecord {
  readonly organisation: string;
  readonly authorization: string;
  readonly body: { parameter: { name: string; valueIdentifier?: { value: string } }[] };
}

export interface NationalServices {
  readonly url: string;
  /** Every record request, in order. */
  readonly asked: AskedForRecord[];
  readonly searches: URLSearchParams[];
  /** PDS answers by NHS number; none: 404. */
  readonly patients: Map<string, { status?: number; body: object }>;
  /** Set to answer searches; default: every patient with that family name. */
  searchAnswer: object | undefined;
  /** How the gateway answers the next requests. */
  record: (response: ServerResponse) => void;
  close(): Promise<void>;
}

/** PDS and the gateway behind one TLS server that wants a client certificate. */
export async function startNationalServices(identity: TlsIdentity): Promise<NationalServices> {
  const server = createTlsServer(serverTls(identity, { clients: 'reject' }), (request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await listening(server);
  const services: NationalServices = {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    searches: [],
    patients: new Map(),
    searchAnswer: undefined,
    record: (response) => response.writeHead(500).end(),
    close: () => closed(server),
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', services.url);
    const send = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
    const read = /^\/pds\/Patient\/(\d+)$/.exec(url.pathname);
    if (read) {
      const known = services.patients.get(read[1]!);
      send(
        known?.status ?? (known ? 200 : 404),
        known?.body ?? { resourceType: 'OperationOutcome', issue: [] },
      );
    } else if (url.pathname === '/pds/Patient') {
      services.searches.push(url.searchParams);
      const family = url.searchParams.get('family')?.toLowerCase();
      const found = [...services.patients.values()].filter(
        ({ body }) => (body as { name?: { family: string }[] }).name?.[0]?.family.toLowerCase() === family,
      );
      send(
        200,
        services.searchAnswer ?? {
          resourceType: 'Bundle',
          type: 'searchset',
          total: found.length,
          entry: found.map(({ body }) => ({ resource: body, search: { score: 1 } })),
        },
      );
    } else if (url.pathname === '/gateway/patient/$gpc.getstructuredrecord') {
      services.asked.push({
        organisation: String(request.headers['ods-from']),
        authorization: String(request.headers.authorization),
        body: JSON.parse(await bodyText(request)),
      });
      services.record(response);
    } else response.writeHead(404).end();
  }
  return services;
}

/** A patient as PDS answers. */
export function pdsPatient(
  person: {
    readonly nhsNumber: string;
    readonly family: string;
    readonly given: readonly string[];
    readonly gender: string;
    readonly birthDate: string;
    readonly practice?: string;
  },
  extra: object = {},
): { body: object } {
  const { nhsNumber, family, given, gender, birthDate, practice } = person;
  return {
    body: {
      resourceType: 'Patient',
      id: nhsNumber,
      meta: { security: [{ code: 'U', display: 'unrestricted' }] },
      name: [{ use: 'usual', family, given: [...given] }],
      gender,
      birthDate,
      address: [{ use: 'home', line: ['4 Fell View', 'Northmoor'], postalCode: 'NM1 4ZZ' }],
      ...(practice
        ? {
            generalPractitioner: [
              { type: 'Organization', identifier: { value: practice, period: { start: '2010-01-01' } } },
            ],
          }
        : {}),
      ...extra,
    },
  };
}

export function sendRecord(bundle: object): (response: ServerResponse) => void {
  const body = JSON.stringify(bundle);
  return (response) => response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(body);
}

export function sendOutcome(
  status: number,
  code: string,
  diagnostics: string,
): (response: ServerResponse) => void {
  const body = {
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'forbidden', details: { coding: [{ code }] }, diagnostics }],
  };
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));
}

/** Half of the answer, then a broken connection. */
export function breakOff(bundle: object): (response: ServerResponse) => void {
  const body = JSON.stringify(bundle);
  return (response) => {
    response.writeHead(200, { 'content-type': 'application/fhir+json' });
    response.write(body.slice(0, body.length / 2), () => response.destroy());
  };
}

const listening = (server: Server): Promise<void> =>
  new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));

const closed = (server: Server & { closeAllConnections(): void }): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

async function bodyText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
