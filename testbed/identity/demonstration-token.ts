// An access token without a browser, for scripts and tests: `POST /demonstration/token`. Testbed only.
// Nothing like it exists at NHS CIS2; the product never calls it.
import { randomUUID } from 'node:crypto';
import { importJWK, SignJWT } from 'jose';
import { z } from 'zod';
import type { ProviderKeys } from './keys.ts';
import { claimsForScopes, type Persona, personaClaims, staffScopes } from './persona.ts';

/**
 * What may be asked: `persona` (its id), and, to make tokens that must be refused, other scopes, assurance,
 * audience or lifetime (negative: expired already).
 */
export const tokenRequest = z.object({
  persona: z.string().min(1).max(100),
  scope: z.string().max(500).default(staffScopes.join(' ')),
  assurance: z.coerce.number().int().min(1).max(3).default(3),
  audience: z.string().max(500).optional(),
  expiresIn: z.coerce.number().int().min(-86_400).max(86_400).optional(),
});

export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: 'Bearer';
  /** Seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

/** Signs the token, or gives null for an unknown persona. */
export async function demonstrationToken(
  request: z.infer<typeof tokenRequest>,
  options: {
    issuer: string;
    audience: string;
    keys: ProviderKeys;
    personas: readonly Persona[];
    lifetimeSeconds: number;
    /** Milliseconds since 1970 UTC. */
    now: number;
  },
): Promise<TokenAnswer | null> {
  const persona = options.personas.find(({ id }) => id === request.persona);
  if (!persona) return null;
  const { kid } = options.keys.signing;
  const scopes = request.scope.split(' ').filter(Boolean);
  const expiresIn = request.expiresIn ?? options.lifetimeSeconds;
  const now = Math.floor(options.now / 1000);
  const token = await new SignJWT({
    ...claimsForScopes(personaClaims(persona, request.assurance), scopes),
    client_id: 'demonstration',
    scope: scopes.join(' '),
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid })
    .setIssuer(options.issuer)
    .setSubject(persona.uuid)
    .setAudience(request.audience ?? options.audience)
    .setJti(randomUUID())
    .setIssuedAt(Math.min(now, now + expiresIn - 1))
    .setExpirationTime(now + expiresIn)
    .sign(await importJWK(options.keys.signing, 'RS256'));
  return { access_token: token, token_type: 'Bearer', expires_in: expiresIn, scope: scopes.join(' ') };
}
