// Sign-in of a person to a portal: OpenID Connect authorization code flow with PKCE, state and nonce.
// design: NHS login for patients, CIS2 for staff
import * as openid from 'openid-client';
import type { Clock } from './clock.ts';
import { createSeal } from './seal.ts';

export interface SignInOptions<Identity> {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the identity provider sends the browser back to, exactly as registered. */
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** The service the access token is for (RFC 8707), e.g. `https://gp-connect.example/gateway`. */
  readonly resource?: string;
  /** Reads the person out of the claims; null refuses them. For staff: `staffIdentity`. */
  readonly identity: (claims: Readonly<Record<string, unknown>>) => Identity | null;
  /** Also ask the UserInfo endpoint, for providers whose ID token is bare. Not together with `resource`. */
  readonly userinfo?: boolean;
  readonly clock?: Clock;
}

export interface SignedIn<Identity> {
  readonly identity: Identity;
  readonly accessToken: string;
  readonly idToken: string;
  /** When the access token ends, milliseconds since 1970 UTC. */
  readonly expiresAt: number;
  /** The local path the person wanted when sign-in began. */
  readonly returnTo: string;
}

export interface SignIn<Identity> {
  /** Where to send the browser, and the text to keep in a short-lived cookie until it comes back. */
  begin(options?: { returnTo?: string; prompt?: 'login' }): Promise<{ url: string; sealed: string }>;
  /** Ends the flow. `callbackUrl` is the URL (or path and query) the browser came back with. @throws SignInError */
  complete(callbackUrl: string, sealed: string | undefined): Promise<SignedIn<Identity>>;
  /** Where to send the browser to end the session at the identity provider too. */
  endSession(options: { idToken: string; returnTo: string }): Promise<string>;
}

export type SignInFault = 'expired' | 'cancelled' | 'refused' | 'unavailable';

const faultMessages: Record<SignInFault, string> = {
  expired: 'The sign-in took too long or was begun in another browser',
  cancelled: 'The sign-in was cancelled',
  refused: 'The sign-in could not be trusted',
  unavailable: 'The identity provider cannot be reached',
};

/** Why a sign-in failed, in words a page can show. */
export class SignInError extends Error {
  readonly fault: SignInFault;

  constructor(fault: SignInFault, options?: ErrorOptions) {
    super(faultMessages[fault], options);
    this.name = 'SignInError';
    this.fault = fault;
  }
}

/** What must survive between leaving for the identity provider and coming back. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly returnTo: string;
}

const PENDING_SECONDS = 600;

/**
 * Makes the sign-in of one portal. The provider's configuration is discovered at first use and kept.
 * @throws RangeError for an `http:` issuer that is not on this machine, or a client secret under 16 characters
 */
export function createSignIn<Identity>(options: SignInOptions<Identity>): SignIn<Identity> {
  const issuer = new URL(options.issuer);
  const clock = options.clock ?? Date.now;
  const insecure = issuer.protocol === 'http:';
  if (insecure && !isLoopback(issuer)) throw new RangeError('an identity provider must be reached by https');
  const seal = createSeal<Pending>({ secret: options.clientSecret, purpose: 'sign-in', clock });
  const resource = options.resource === undefined ? {} : { resource: options.resource };

  let discovered: Promise<openid.Configuration> | undefined;
  const configuration = (): Promise<openid.Configuration> => {
    discovered ??= openid
      .discovery(issuer, options.clientId, options.clientSecret, undefined, {
        timeout: 10,
        ...(insecure ? { execute: [openid.allowInsecureRequests] } : {}),
      })
      .catch((cause) => {
        discovered = undefined;
        throw new SignInError('unavailable', { cause });
      });
    return discovered;
  };

  return {
    async begin({ returnTo, prompt } = {}) {
      const config = await configuration();
      const pending: Pending = {
        state: openid.randomState(),
        nonce: openid.randomNonce(),
        verifier: openid.randomPKCECodeVerifier(),
        returnTo: localPath(returnTo),
      };
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: options.redirectUri,
        scope: options.scopes.join(' '),
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await openid.calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
        ...resource,
        ...(prompt === undefined ? {} : { prompt }),
      });
      return { url: url.href, sealed: await seal.seal(pending, PENDING_SECONDS) };
    },

    async complete(callbackUrl, sealed) {
      const pending = await seal.open(sealed);
      if (!pending) throw new SignInError('expired');
      const config = await configuration();
      const returned = new URL(options.redirectUri);
      returned.search = new URL(callbackUrl, options.redirectUri).search;
      const tokens = await exchange(config, returned, pending, resource);
      const idClaims = tokens.claims();
      if (!idClaims || tokens.id_token === undefined) throw new SignInError('refused');
      const extra = options.userinfo ? await userinfo(config, tokens.access_token, idClaims.sub) : {};
      const identity = options.identity({ ...extra, ...idClaims });
      if (identity === null) throw new SignInError('refused');
      return {
        identity,
        accessToken: tokens.access_token,
        idToken: tokens.id_token,
        expiresAt: clock() + (tokens.expiresIn() ?? 0) * 1000,
        returnTo: pending.returnTo,
      };
    },

    async endSession({ idToken, returnTo }) {
      const url = openid.buildEndSessionUrl(await configuration(), {
        id_token_hint: idToken,
        post_logout_redirect_uri: returnTo,
      });
      return url.href;
    },
  };
}

async function exchange(
  config: openid.Configuration,
  returned: URL,
  pending: Pending,
  resource: Record<string, string>,
) {
  try {
    return await openid.authorizationCodeGrant(
      config,
      returned,
      {
        pkceCodeVerifier: pending.verifier,
        expectedState: pending.state,
        expectedNonce: pending.nonce,
        idTokenExpected: true,
      },
      resource,
    );
  } catch (cause) {
    if (cause instanceof openid.AuthorizationResponseError) {
      throw new SignInError(cause.error === 'access_denied' ? 'cancelled' : 'refused', { cause });
    }
    throw new SignInError(cause instanceof TypeError ? 'unavailable' : 'refused', { cause });
  }
}

async function userinfo(config: openid.Configuration, accessToken: string, subject: string) {
  try {
    return await openid.fetchUserInfo(config, accessToken, subject);
  } catch (cause) {
    throw new SignInError('unavailable', { cause });
  }
}

/** A path of this portal, never another site: what is not one becomes `/`. */
function localPath(path: string | undefined): string {
  return path !== undefined && /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(path) ? path : '/';
}

function isLoopback(url: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
}
