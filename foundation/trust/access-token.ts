// Verifies the access token of a user-restricted flow (NHS CIS2) at the gateway's front door.
// spec: national-service §3.3, §21 rows 9 and 10
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose';
import { Refusal } from '../nhs/index.ts';
import type { Clock } from './clock.ts';
import { type StaffIdentity, staffIdentity } from './staff-identity.ts';

export type AccessTokenFault = 'none' | 'invalid' | 'expired' | 'scope' | 'assurance' | 'unavailable';

interface FaultAnswer {
  readonly status: 401 | 403 | 502;
  readonly issueType: string;
  readonly challenge: string | null;
  readonly diagnostics: string;
}

/** RFC 6750 §3.1 challenges; a client without any token gets none but the scheme. */
const answers: Record<AccessTokenFault, FaultAnswer> = {
  none: { status: 401, issueType: 'login', challenge: 'Bearer', diagnostics: 'An access token is needed' },
  invalid: {
    status: 401,
    issueType: 'login',
    challenge: 'Bearer error="invalid_token"',
    diagnostics: 'The access token is not valid here',
  },
  expired: {
    status: 401,
    issueType: 'login',
    challenge: 'Bearer error="invalid_token", error_description="expired"',
    diagnostics: 'The access token has expired',
  },
  scope: {
    status: 403,
    issueType: 'forbidden',
    challenge: 'Bearer error="insufficient_scope"',
    diagnostics: 'The access token does not carry the scope needed',
  },
  assurance: {
    status: 403,
    issueType: 'forbidden',
    challenge: 'Bearer error="insufficient_user_authentication"',
    diagnostics: 'The user was not authenticated at the assurance level needed',
  },
  unavailable: {
    status: 502,
    issueType: 'transient',
    challenge: null,
    diagnostics: 'The keys of the identity provider cannot be read at present',
  },
};

/** Why a token was refused: a `Refusal` (401, 403 or 502) that also says which check failed. */
export class AccessTokenRefusal extends Refusal {
  readonly fault: AccessTokenFault;

  constructor(fault: AccessTokenFault) {
    const { status, issueType, challenge, diagnostics } = answers[fault];
    super(fault === 'unavailable' ? 'BAD_GATEWAY' : 'ACCESS DENIED', diagnostics, {
      status,
      issueType,
      ...(challenge === null ? {} : { headers: { 'WWW-Authenticate': challenge } }),
    });
    this.name = 'AccessTokenRefusal';
    this.fault = fault;
  }
}

export interface AccessTokenVerifierOptions {
  /** The identity provider, exactly as in the `iss` claim. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** This service's resource indicator, e.g. `https://gp-connect.example/gateway`. */
  readonly audience: string;
  readonly clock: Clock;
  /** All must be granted; default `nhs-cis2-aal3`. */
  readonly scopes?: readonly string[];
  /** Default 3 (AAL3). */
  readonly minimumAssurance?: number;
}

export interface VerifiedAccessToken {
  readonly identity: StaffIdentity;
  /** The client the user signed in to. */
  readonly clientId: string;
  readonly scopes: readonly string[];
  /** Milliseconds since 1970 UTC. */
  readonly expires: number;
}

/** Takes the `Authorization` header. @throws AccessTokenRefusal */
export type AccessTokenVerifier = (authorization: string | undefined) => Promise<VerifiedAccessToken>;

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256'];
const LONGEST_TOKEN = 16_384;

/**
 * Makes the verifier of JWT access tokens (RFC 9068). Keys are fetched once, kept, and fetched again for an
 * unknown key id (at most every 30 s) or after ten minutes.
 */
export function createAccessTokenVerifier(options: AccessTokenVerifierOptions): AccessTokenVerifier {
  const keys = createRemoteJWKSet(new URL(options.jwksUri), { timeoutDuration: 5000 });
  const scopesNeeded = options.scopes ?? ['nhs-cis2-aal3'];
  const minimumAssurance = options.minimumAssurance ?? 3;

  return async (authorization) => {
    const claims = await verified(bearerToken(authorization), keys, options);
    const scopes = typeof claims.scope === 'string' ? claims.scope.split(' ') : [];
    if (!scopesNeeded.every((scope) => scopes.includes(scope))) throw new AccessTokenRefusal('scope');
    const identity = staffIdentity(claims);
    if (!identity || typeof claims.client_id !== 'string') throw new AccessTokenRefusal('invalid');
    if (identity.assurance < minimumAssurance) throw new AccessTokenRefusal('assurance');
    return { identity, clientId: claims.client_id, scopes, expires: (claims.exp ?? 0) * 1000 };
  };
}

function bearerToken(authorization: string | undefined): string {
  if (authorization === undefined || authorization.trim() === '') throw new AccessTokenRefusal('none');
  const token = /^bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization.trim())?.[1];
  if (token === undefined || token.length > LONGEST_TOKEN) throw new AccessTokenRefusal('invalid');
  return token;
}

async function verified(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
  { issuer, audience, clock }: AccessTokenVerifierOptions,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience,
      algorithms: ALGORITHMS,
      // An ID token is no access token, even where its audience would fit.
      typ: 'at+jwt',
      requiredClaims: ['exp', 'iat', 'sub', 'client_id'],
      currentDate: new Date(clock()),
      clockTolerance: 5,
    });
    return payload;
  } catch (problem) {
    throw new AccessTokenRefusal(faultOf(problem));
  }
}

/** What is wrong with the token is the caller's matter; what is wrong with fetching keys is not. */
function faultOf(problem: unknown): AccessTokenFault {
  if (problem instanceof errors.JWTExpired) return 'expired';
  if (problem instanceof errors.JWKSTimeout || problem instanceof errors.JWKSInvalid) return 'unavailable';
  if (problem instanceof errors.JOSEError)
    return problem.code === 'ERR_JOSE_GENERIC' ? 'unavailable' : 'invalid';
  return problem instanceof TypeError || problem instanceof SyntaxError ? 'unavailable' : 'invalid';
}
