// Application-restricted access: a signed assertion (RS512) in exchange for a short-lived token.
// spec: foundations §17.1; RFC 7523
import { createHash, randomBytes } from 'node:crypto';
import type { FastifyInstance } from '@gp-connect/foundation/http';
import {
  type CryptoKey,
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';

export interface PdsClient {
  /** The application's key at the national gateway: `iss` and `sub` of its assertions. */
  id: string;
  jwks: JSONWebKeySet;
  /** Serves users of several organisations: must name each user's. spec: foundations §17.2 */
  severalOrganisations?: boolean | undefined;
}

export interface ApplicationTokens {
  /** The application a token was issued to; null for any other token. */
  verify(token: string): Promise<string | null>;
  issue(application: string): Promise<{ token: string; expiresIn: number }>;
}

const AUDIENCE = 'gp-connect-directory';
const LIFE_SECONDS = 599;

/**
 * Tokens signed with a secret shared by every replica, stored nowhere; without one, a secret of this process.
 * `clock`: milliseconds.
 */
export function createApplicationTokens(secret: string | undefined, clock: () => number): ApplicationTokens {
  const key = secret === undefined ? randomBytes(32) : createHash('sha256').update(secret).digest();
  const seconds = () => Math.floor(clock() / 1000);
  return {
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience: AUDIENCE,
          typ: 'application+jwt',
          requiredClaims: ['exp', 'sub'],
          currentDate: new Date(clock()),
        });
        return payload.sub ?? null;
      } catch (problem) {
        if (problem instanceof errors.JOSEError || problem instanceof TypeError) return null;
        throw problem;
      }
    },
    async issue(application) {
      const token = await new SignJWT()
        .setProtectedHeader({ alg: 'HS256', typ: 'application+jwt' })
        .setSubject(application)
        .setAudience(AUDIENCE)
        .setIssuedAt(seconds())
        .setExpirationTime(seconds() + LIFE_SECONDS)
        .sign(key);
      return { token, expiresIn: LIFE_SECONDS };
    },
  };
}

export interface TokenEndpoint {
  clients: readonly PdsClient[];
  tokens: ApplicationTokens;
  /** What assertions must name as audience: this endpoint's address. */
  audience: (request: { host: string; protocol: string }) => string;
  clock: () => number;
}

/** RFC 6749 §5.2 answers. */
class TokenRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, description: string) {
    super(description);
    this.status = status;
    this.code = code;
  }
}

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const LONGEST_LIFE_SECONDS = 300;

/** Registers `POST /oauth2/token`. */
export async function tokenEndpoint(server: FastifyInstance, options: TokenEndpoint): Promise<void> {
  const clients = new Map(
    options.clients.map((client) => [client.id, { ...client, keys: createLocalJWKSet(client.jwks) }]),
  );
  const used = createReplayGuard(options.clock);
  server.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 16_384 },
    (_request, body, done) => done(null, body),
  );
  server.setErrorHandler((error, request, reply) => {
    const refusal = error instanceof TokenRefusal ? error : fromServer(error);
    if (refusal.status >= 500) request.log.error({ err: error }, 'token request failed');
    reply.code(refusal.status).send({ error: refusal.code, error_description: refusal.message });
  });

  server.post('/oauth2/token', async (request) => {
    const form = new URLSearchParams(typeof request.body === 'string' ? request.body : '');
    if (form.get('grant_type') !== 'client_credentials') {
      throw new TokenRefusal(400, 'unsupported_grant_type', 'grant_type is invalid');
    }
    if (form.get('client_assertion_type') !== ASSERTION_TYPE) {
      throw new TokenRefusal(
        400,
        'invalid_request',
        `Missing or invalid client_assertion_type - must be '${ASSERTION_TYPE}'`,
      );
    }
    const assertion = form.get('client_assertion');
    if (!assertion) throw new TokenRefusal(400, 'invalid_request', 'Missing client_assertion');
    const claims = await verifyAssertion(assertion, clients, options.audience(request), options.clock());
    if (!used.firstUse(`${claims.iss} ${claims.jti}`, claims.exp!)) {
      throw new TokenRefusal(400, 'invalid_request', 'Non-unique jti claim in client_assertion JWT');
    }
    const { token, expiresIn } = await options.tokens.issue(claims.iss!);
    return {
      access_token: token,
      expires_in: String(expiresIn),
      token_type: 'Bearer',
      issued_at: String(options.clock()),
    };
  });
}

type Keys = (...args: Parameters<ReturnType<typeof createLocalJWKSet>>) => Promise<CryptoKey>;

async function verifyAssertion(
  assertion: string,
  clients: ReadonlyMap<string, { keys: Keys }>,
  audience: string,
  now: number,
): Promise<JWTPayload> {
  const header = readHeader(assertion);
  if (header.alg !== 'RS512') {
    throw new TokenRefusal(
      400,
      'invalid_request',
      "Invalid 'alg' header in client_assertion JWT - must be 'RS512'",
    );
  }
  if (!header.kid)
    throw new TokenRefusal(400, 'invalid_request', "Missing 'kid' header in client_assertion JWT");
  const keys: Keys = async (protectedHeader, token) => {
    const issuer = readIssuer(token?.payload);
    const client = clients.get(issuer);
    if (!client)
      throw new TokenRefusal(401, 'invalid_client', 'Invalid iss/sub claims in client_assertion JWT');
    return client.keys(protectedHeader, token);
  };
  try {
    const { payload } = await jwtVerify(assertion, keys, {
      algorithms: ['RS512'],
      audience,
      requiredClaims: ['iss', 'sub', 'exp', 'jti'],
      currentDate: new Date(now),
    });
    if (payload.sub !== payload.iss) {
      throw new TokenRefusal(
        400,
        'invalid_request',
        'Missing or non-matching iss/sub claims in client_assertion JWT',
      );
    }
    if (payload.exp! > now / 1000 + LONGEST_LIFE_SECONDS) {
      throw new TokenRefusal(
        400,
        'invalid_request',
        'Invalid exp claim in client_assertion JWT - more than 5 minutes in future',
      );
    }
    return payload;
  } catch (problem) {
    if (
      problem instanceof errors.JWKSNoMatchingKey ||
      problem instanceof errors.JWSSignatureVerificationFailed
    ) {
      throw new TokenRefusal(401, 'invalid_client', 'JWT signature verification failed');
    }
    if (problem instanceof errors.JOSEError) {
      throw new TokenRefusal(
        400,
        'invalid_request',
        `client_assertion JWT is not acceptable (${problem.code})`,
      );
    }
    throw problem;
  }
}

function readHeader(assertion: string): { alg?: string | undefined; kid?: string | undefined } {
  try {
    return decodeProtectedHeader(assertion);
  } catch {
    throw new TokenRefusal(400, 'invalid_request', 'Malformed JWT in client_assertion');
  }
}

/** The issuer of a token that is not verified yet: chooses the keys, nothing else. */
function readIssuer(payload: unknown): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(String(payload), 'base64url').toString());
    return String((claims as { iss?: unknown }).iss);
  } catch {
    return '';
  }
}

/** Remembers identifiers until their assertion has expired. */
function createReplayGuard(clock: () => number) {
  const until = new Map<string, number>();
  return {
    firstUse(id: string, expires: number): boolean {
      if (until.has(id)) return false;
      for (const [old, end] of until) if (end < clock() / 1000) until.delete(old);
      until.set(id, expires);
      return true;
    },
  };
}

function fromServer(error: unknown): TokenRefusal {
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return status < 500
    ? new TokenRefusal(status, 'invalid_request', 'The body must be application/x-www-form-urlencoded')
    : new TokenRefusal(500, 'server_error', 'The request could not be carried out');
}
