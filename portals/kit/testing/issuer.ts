// For tests: an OpenID Connect issuer of staff identities over real HTTP. spec: national-service §3.3
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, importPKCS8, SignJWT } from 'jose';
import { bodyText, closed, listening } from './servers.ts';

export interface StaffMember {
  readonly uuid: string;
  readonly family: string;
  readonly given: string;
  readonly ods: string;
  readonly organisation: string;
  /** Roles in this product; none if left out. */
  readonly roles?: readonly string[];
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
  const server = createServer((request, response) => {
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
    const { uuid, family, given, ods, organisation, roles } = issuer.staff;
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
      ...(roles ? { gpconnect_roles: roles } : {}),
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
