// The whole sign-in over real HTTP: portal side (foundation/trust) against oidc-provider.
import assert from 'node:assert/strict';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  AccessTokenRefusal,
  createAccessTokenVerifier,
  createSignIn,
  type SignedIn,
  SignInError,
  type SignInOptions,
  type StaffIdentity,
  staffIdentity,
} from '@gp-connect/foundation/trust';
import { generateKeyPair, SignJWT } from 'jose';
import { type IdentityProvider, type Persona, staffScopes, startIdentityProvider } from './index.ts';

const REDIRECT = 'http://127.0.0.1:9/callback';
const SECRET = 'a-secret-for-the-demonstration';

const personas: Persona[] = [
  {
    id: 'dr-larkspur',
    uuid: '555011112222',
    name: { family: 'Larkspur', given: 'Ines', prefix: 'Dr' },
    roleProfileId: '555033334444',
    roleCode: 'R8000',
    roleName: 'Clinical Practitioner',
    organisation: { ods: 'RZ901', name: 'Northmoor Hospital' },
    roles: ['practice.clinician'],
    about: 'Sees patients in the emergency department.',
  },
  {
    id: 'sam',
    uuid: '555011113333',
    name: { family: 'O’Hara & <b>Sons</b>', given: 'Sam "Sammy"' },
    roleProfileId: '555033335555',
    roleCode: 'R8003',
    roleName: 'Pharmacist',
    organisation: { ods: 'FZZ01', name: 'Corner Pharmacy' },
    about: 'Has a name that must be escaped.',
  },
];

let folder: string;
let provider: IdentityProvider;
const client = {
  clientId: 'clinician-portal',
  clientSecret: SECRET,
  name: 'Clinician portal',
  redirectUris: [REDIRECT],
  postLogoutRedirectUris: ['http://127.0.0.1:9/'],
};

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-'));
  provider = await startIdentityProvider({ port: 0, folder, personas, clients: [client] });
});

after(async () => {
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

const signIn = (over: Partial<SignInOptions<StaffIdentity>> = {}) =>
  createSignIn<StaffIdentity>({
    issuer: provider.issuer,
    clientId: client.clientId,
    clientSecret: SECRET,
    redirectUri: REDIRECT,
    scopes: staffScopes,
    resource: provider.audience,
    identity: staffIdentity,
    ...over,
  });

const verifier = (over: Partial<Parameters<typeof createAccessTokenVerifier>[0]> = {}) =>
  createAccessTokenVerifier({
    issuer: provider.issuer,
    jwksUri: provider.jwksUri,
    audience: provider.audience,
    clock: Date.now,
    ...over,
  });

/** A browser without script: keeps cookies, follows redirects until it leaves the provider. */
class Browser {
  readonly #cookies = new Map<string, string>();

  async open(
    url: string,
    form?: Record<string, string>,
  ): Promise<{ url: string; status: number; text: string }> {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form ? { method: 'POST', body: new URLSearchParams(form) } : {}),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (name) this.#cookies.set(name, value ?? '');
    }
    const location = response.headers.get('location');
    const text = await response.text();
    if (!location) return { url, status: response.status, text };
    const next = new URL(location, url).href;
    return next.startsWith(provider.issuer) ? this.open(next) : { url: next, status: response.status, text };
  }

  /** Goes to the sign-in page, chooses a persona, and comes back with the callback URL. */
  async signInAs(url: string, persona: string): Promise<string> {
    const shown = await this.open(url);
    assert.equal(shown.status, 200);
    return (await this.open(actionOf(shown.text), { persona })).url;
  }
}

const actionOf = (page: string) =>
  new URL(/<form method="post" action="([^"]+)"/.exec(page)?.[1] ?? '', provider.issuer).href;

async function signedInAs(persona: string): Promise<SignedIn<StaffIdentity>> {
  const portal = signIn();
  const { url, sealed } = await portal.begin({ returnTo: '/patients?q=1' });
  return portal.complete(await new Browser().signInAs(url, persona), sealed);
}

async function tokenFor(request: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${provider.issuer}/demonstration/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  assert.equal(response.status, 200);
  return ((await response.json()) as { access_token: string }).access_token;
}

async function refusal(promise: Promise<unknown>): Promise<AccessTokenRefusal> {
  try {
    await promise;
  } catch (problem) {
    assert.ok(problem instanceof AccessTokenRefusal, String(problem));
    return problem;
  }
  assert.fail('the token was accepted');
}

const larkspur: StaffIdentity = {
  userId: '555011112222',
  roleProfileId: '555033334444',
  roleCode: 'R8000',
  roleName: 'Clinical Practitioner',
  organisation: { ods: 'RZ901', name: 'Northmoor Hospital' },
  name: { family: 'Larkspur', given: ['Ines'], prefix: ['Dr'] },
  displayName: 'Dr Ines Larkspur',
  roles: ['practice.clinician'],
  assurance: 3,
};

describe('signing in (authorization code, PKCE, state, nonce)', () => {
  test('a member of staff chooses a persona and the portal knows who they are', async () => {
    const signed = await signedInAs('dr-larkspur');
    assert.deepEqual(signed.identity, larkspur);
    assert.equal(signed.returnTo, '/patients?q=1');
    assert.ok(signed.expiresAt > Date.now());
  });

  test('the access token of the flow opens the gateway’s front door (§3.3)', async () => {
    const { accessToken } = await signedInAs('dr-larkspur');
    const verified = await verifier()(`Bearer ${accessToken}`);
    assert.deepEqual(verified.identity, larkspur);
    assert.equal(verified.clientId, 'clinician-portal');
    assert.ok(verified.scopes.includes('nhs-cis2-aal3'));
  });

  test('the ID token does not open it', async () => {
    const { idToken } = await signedInAs('dr-larkspur');
    const outcome = await refusal(verifier({ audience: client.clientId })(`Bearer ${idToken}`));
    assert.equal(outcome.fault, 'invalid');
  });

  test('a portal that asks UserInfo gets the same person, with a token that opens nothing else', async () => {
    const portal = createSignIn({
      issuer: provider.issuer,
      clientId: client.clientId,
      clientSecret: SECRET,
      redirectUri: REDIRECT,
      scopes: staffScopes,
      identity: staffIdentity,
      userinfo: true,
    });
    const { url, sealed } = await portal.begin();
    const signed = await portal.complete(await new Browser().signInAs(url, 'dr-larkspur'), sealed);
    assert.deepEqual(signed.identity, larkspur);
    assert.equal((await refusal(verifier()(`Bearer ${signed.accessToken}`))).fault, 'invalid');
  });

  test('a person whose claims cannot be read is refused', async () => {
    const portal = signIn({ scopes: ['openid', 'profile'] });
    const { url, sealed } = await portal.begin();
    const callback = await new Browser().signInAs(url, 'sam');
    await assert.rejects(
      portal.complete(callback, sealed),
      (problem: SignInError) => problem.fault === 'refused',
    );
  });

  test('the page is whole, escaped, and needs no script', async () => {
    const { url } = await signIn().begin();
    const { text } = await new Browser().open(url);
    assert.match(text, /<html lang="en-GB">/);
    assert.match(text, /<h1 class="nhsuk-fieldset__heading">Choose who to sign in as<\/h1>/);
    assert.match(text, /Clinician portal/);
    assert.match(text, /Sam &#34;Sammy&#34; O’Hara &#38; &#60;b&#62;Sons/);
    assert.doesNotMatch(text, /<script|<b>Sons/);
    const stylesheet = await fetch(`${provider.issuer}/assets/nhsuk.css`);
    assert.match(await stylesheet.text(), /nhsuk-button/);
  });

  test('a form sent without a choice comes back with the error beside the choices', async () => {
    const browser = new Browser();
    const { url, sealed } = await signIn().begin();
    const shown = await browser.open(url);
    const again = await browser.open(actionOf(shown.text), {});
    assert.equal(again.status, 400);
    assert.match(again.text, /<title>Error: /);
    assert.match(again.text, /There is a problem/);
    const back = await browser.open(actionOf(again.text), { persona: 'sam' });
    assert.equal((await signIn().complete(back.url, sealed)).identity.organisation.ods, 'FZZ01');
  });

  test('cancelling comes back as cancelled', async () => {
    const browser = new Browser();
    const { url, sealed } = await signIn().begin();
    const shown = await browser.open(url);
    const back = await browser.open(`${actionOf(shown.text)}/abort`);
    await assert.rejects(
      signIn().complete(back.url, sealed),
      (problem: SignInError) => problem.fault === 'cancelled',
    );
  });

  test('a callback without, with an altered, or with another browser’s state is refused', async () => {
    const portal = signIn();
    const mine = await portal.begin();
    const other = await portal.begin();
    const callback = await new Browser().signInAs(mine.url, 'sam');
    const faultOf = async (sealed: string | undefined) => {
      const problem = await portal.complete(callback, sealed).then(
        () => null,
        (reason: unknown) => reason,
      );
      return problem instanceof SignInError ? problem.fault : problem;
    };
    assert.equal(await faultOf(undefined), 'expired');
    assert.equal(await faultOf(`${mine.sealed.slice(0, -4)}AAAA`), 'expired');
    assert.equal(await faultOf(other.sealed), 'refused');
  });

  test('a code works once only', async () => {
    const portal = signIn();
    const { url, sealed } = await portal.begin();
    const callback = await new Browser().signInAs(url, 'sam');
    await portal.complete(callback, sealed);
    await assert.rejects(portal.complete(callback, sealed), SignInError);
  });

  test('sign-in state lasts ten minutes', async () => {
    let now = Date.now();
    const portal = createSignIn({
      issuer: provider.issuer,
      clientId: client.clientId,
      clientSecret: SECRET,
      redirectUri: REDIRECT,
      scopes: staffScopes,
      identity: staffIdentity,
      clock: () => now,
    });
    const { url, sealed } = await portal.begin();
    const callback = await new Browser().signInAs(url, 'sam');
    now += 601_000;
    await assert.rejects(
      portal.complete(callback, sealed),
      (problem: SignInError) => problem.fault === 'expired',
    );
  });

  test('the way back is always a path of the portal', async () => {
    for (const returnTo of [
      'https://elsewhere.example',
      '//elsewhere.example',
      '/\\elsewhere.example',
      'x',
    ]) {
      const portal = signIn();
      const { url, sealed } = await portal.begin({ returnTo });
      assert.equal((await portal.complete(await new Browser().signInAs(url, 'sam'), sealed)).returnTo, '/');
    }
  });

  test('a request without PKCE, or for another redirect address, is refused by the provider', async () => {
    const { url } = await signIn().begin();
    const bare = new URL(url);
    bare.searchParams.delete('code_challenge');
    bare.searchParams.delete('code_challenge_method');
    assert.equal(
      new URL((await new Browser().open(bare.href)).url).searchParams.get('error'),
      'invalid_request',
    );
    const elsewhere = new URL(url);
    elsewhere.searchParams.set('redirect_uri', 'https://elsewhere.example/');
    const refused = await new Browser().open(elsewhere.href);
    assert.equal(refused.status, 400);
    assert.match(refused.text, /there is a problem with the sign-in/);
  });

  test('signing out ends the session at the provider', async () => {
    const portal = signIn();
    const browser = new Browser();
    const begun = await portal.begin();
    const { idToken } = await portal.complete(await browser.signInAs(begun.url, 'sam'), begun.sealed);
    const again = await portal.begin();
    assert.match((await browser.open(again.url)).url, /callback/);
    const page = await browser.open(await portal.endSession({ idToken, returnTo: 'http://127.0.0.1:9/' }));
    const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const xsrf = /name="xsrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const left = await browser.open(action, { xsrf, logout: 'yes' });
    assert.match(left.url, /^http:\/\/127\.0\.0\.1:9\//);
    assert.equal((await browser.open((await portal.begin()).url)).status, 200);
  });

  test('a provider that cannot be reached is told apart, and tried again later', async () => {
    const portal = createSignIn({
      issuer: 'http://127.0.0.1:9',
      clientId: 'x',
      clientSecret: SECRET,
      redirectUri: REDIRECT,
      scopes: ['openid'],
      identity: staffIdentity,
    });
    await assert.rejects(portal.begin(), (problem: SignInError) => problem.fault === 'unavailable');
  });

  test('http is for issuers on this machine only', () => {
    assert.throws(
      () =>
        createSignIn({
          issuer: 'http://identity.example',
          clientId: 'x',
          clientSecret: SECRET,
          redirectUri: REDIRECT,
          scopes: ['openid'],
          identity: staffIdentity,
        }),
      RangeError,
    );
  });
});

describe('access tokens at the front door (national-service §21 rows 9 and 10)', () => {
  test('a token of the demonstration endpoint is as good as one of the flow', async () => {
    const token = await tokenFor({ persona: 'dr-larkspur' });
    assert.deepEqual((await verifier()(`Bearer ${token}`)).identity, larkspur);
  });

  test('the demonstration endpoint takes a form too, and knows only its personas', async () => {
    const ask = (persona: string) =>
      fetch(`${provider.issuer}/demonstration/token`, {
        method: 'POST',
        body: new URLSearchParams({ persona }),
      });
    assert.equal((await ask('sam')).status, 200);
    assert.equal((await ask('nobody')).status, 400);
    const large = await fetch(`${provider.issuer}/demonstration/token`, {
      method: 'POST',
      body: 'x'.repeat(9000),
    });
    assert.equal(large.status, 400);
  });

  const cases: [name: string, fault: string, status: number, header: () => Promise<string | undefined>][] = [
    ['no token', 'none', 401, async () => undefined],
    ['another scheme', 'invalid', 401, async () => 'Basic abc'],
    ['no JWT', 'invalid', 401, async () => 'Bearer abc'],
    ['an unsigned token', 'invalid', 401, async () => 'Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.e30.'],
    [
      'an expired token',
      'expired',
      401,
      async () => `Bearer ${await tokenFor({ persona: 'sam', expiresIn: -10 })}`,
    ],
    [
      'a token for another service',
      'invalid',
      401,
      async () => `Bearer ${await tokenFor({ persona: 'sam', audience: 'https://other.example' })}`,
    ],
    [
      'a token without the AAL3 scope',
      'scope',
      403,
      async () =>
        `Bearer ${await tokenFor({ persona: 'sam', scope: 'openid profile nhsperson nationalrbacaccess' })}`,
    ],
    [
      'a user authenticated at AAL2',
      'assurance',
      403,
      async () => `Bearer ${await tokenFor({ persona: 'sam', assurance: 2 })}`,
    ],
    [
      'a token that says nothing of the user',
      'invalid',
      401,
      async () => `Bearer ${await tokenFor({ persona: 'sam', scope: 'openid nhs-cis2-aal3' })}`,
    ],
    [
      'a signature by another key',
      'invalid',
      401,
      async () => {
        const { privateKey } = await generateKeyPair('RS256');
        const token = await new SignJWT({ client_id: 'x', scope: 'nhs-cis2-aal3' })
          .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt' })
          .setIssuer(provider.issuer)
          .setAudience(provider.audience)
          .setSubject('555011112222')
          .setIssuedAt()
          .setExpirationTime('5m')
          .sign(privateKey);
        return `Bearer ${token}`;
      },
    ],
    [
      'an altered payload',
      'invalid',
      401,
      async () => {
        const [head, payload, signature] = (await tokenFor({ persona: 'sam' })).split('.');
        const claims = JSON.parse(Buffer.from(payload ?? '', 'base64url').toString());
        const altered = Buffer.from(JSON.stringify({ ...claims, sub: 'x' })).toString('base64url');
        return `Bearer ${head}.${altered}.${signature}`;
      },
    ],
  ];
  for (const [name, fault, status, header] of cases) {
    test(`${name}: ${status} ${fault}`, async () => {
      const outcome = await refusal(verifier()(await header()));
      assert.equal(outcome.fault, fault);
      assert.equal(outcome.status, status);
      assert.equal(outcome.code, 'ACCESS DENIED');
      assert.equal(outcome.issueType, status === 401 ? 'login' : 'forbidden');
      assert.match(outcome.headers['WWW-Authenticate'] ?? '', /^Bearer/);
    });
  }

  test('a token of another issuer is refused', async () => {
    const other = await startIdentityProvider({
      port: 0,
      folder: join(folder, 'other'),
      personas,
      clients: [client],
    });
    const response = await fetch(`${other.issuer}/demonstration/token`, {
      method: 'POST',
      body: new URLSearchParams({ persona: 'sam' }),
    });
    const { access_token: token } = (await response.json()) as { access_token: string };
    await other.close();
    assert.equal((await refusal(verifier()(`Bearer ${token}`))).fault, 'invalid');
  });

  test('an unreachable or broken key set is 502, not the caller’s fault', async () => {
    const token = await tokenFor({ persona: 'sam' });
    const broken = createServer((_request, response) => response.writeHead(500).end('no'));
    await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
    const port = (broken.address() as AddressInfo).port;
    for (const jwksUri of ['http://127.0.0.1:9/jwks', `http://127.0.0.1:${port}/jwks`]) {
      const outcome = await refusal(verifier({ jwksUri })(`Bearer ${token}`));
      assert.deepEqual([outcome.fault, outcome.status, outcome.code], ['unavailable', 502, 'BAD_GATEWAY']);
    }
    broken.close();
  });

  test('the scope and level asked for can be set lower', async () => {
    const token = await tokenFor({ persona: 'sam', assurance: 2 });
    const lower = verifier({ scopes: [], minimumAssurance: 2 });
    assert.equal((await lower(`Bearer ${token}`)).identity.assurance, 2);
  });
});

describe('starting again', () => {
  test('keys are kept, private to their owner, so that tokens outlive a restart', async () => {
    const token = await tokenFor({ persona: 'sam' });
    const again = await startIdentityProvider({
      port: 0,
      issuer: provider.issuer,
      folder,
      personas,
      clients: [client],
    });
    const outcome = await verifier({ jwksUri: `http://127.0.0.1:${again.port}/jwks` })(`Bearer ${token}`);
    await again.close();
    assert.equal(outcome.identity.organisation.ods, 'FZZ01');
    assert.equal((await stat(join(folder, 'identity-keys.json'))).mode & 0o777, 0o600);
  });

  test('a port in use is an error at start', async () => {
    await assert.rejects(
      startIdentityProvider({ port: provider.port, folder, personas, clients: [client] }),
      { code: 'EADDRINUSE' },
    );
  });
});
