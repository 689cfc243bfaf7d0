// How oidc-provider is set up to play NHS CIS2: staff scopes and claims, PKCE, JWT access tokens, no consent.
import type { ClientMetadata, Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { ProviderKeys } from './keys.ts';
import { memoryAdapter } from './memory.ts';
import { problemPage, signedOutPage, signOutPage } from './pages.ts';
import { claimsByScope, claimsForScopes, type Persona, personaClaims, staffScopes } from './persona.ts';

export interface IdentityClient {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Shown on the sign-in page: "To continue to …". */
  readonly name: string;
  readonly redirectUris: readonly string[];
  readonly postLogoutRedirectUris?: readonly string[];
}

export interface ConfigurationOptions {
  readonly keys: ProviderKeys;
  readonly clients: readonly IdentityClient[];
  readonly personas: readonly Persona[];
  /** The resource whose access tokens are issued. */
  readonly audience: string;
  readonly accessTokenSeconds: number;
}

export function providerConfiguration(options: ConfigurationOptions): Configuration {
  const { keys, clients, audience, accessTokenSeconds } = options;
  const byUuid = new Map(options.personas.map((persona) => [persona.uuid, persona]));
  const resourceScopes = staffScopes.filter((scope) => scope !== 'openid').join(' ');

  return {
    adapter: memoryAdapter(Date.now),
    clients: clients.map(clientMetadata),
    jwks: { keys: [{ ...keys.signing }] },
    cookies: { keys: [keys.cookie] },
    scopes: [...staffScopes],
    claims: Object.fromEntries(Object.entries(claimsByScope).map(([scope, names]) => [scope, [...names]])),
    acrValues: ['AAL3_ANY'],
    conformIdTokenClaims: false,
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        // Without a resource the access token is opaque and opens UserInfo, as with CIS2 itself.
        defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] as string,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, indicator) => ({
          scope: indicator === audience ? resourceScopes : '',
          audience: indicator,
          accessTokenFormat: 'jwt',
          accessTokenTTL: accessTokenSeconds,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx, form) => {
          ctx.body = signOutPage(form);
        },
        postLogoutSuccessSource: (ctx) => {
          ctx.body = signedOutPage();
        },
      },
    },
    ttl: {
      AccessToken: accessTokenSeconds,
      AuthorizationCode: 60,
      IdToken: accessTokenSeconds,
      Interaction: 900,
      Session: 8 * 3600,
      Grant: 8 * 3600,
    },
    findAccount: (_ctx, uuid) => {
      const persona = byUuid.get(uuid);
      return persona && { accountId: uuid, claims: () => personaClaims(persona) };
    },
    extraTokenClaims: (_ctx, token) => {
      const persona = 'accountId' in token ? byUuid.get(String(token.accountId)) : undefined;
      if (!persona || !('scopes' in token)) return undefined;
      return claimsForScopes(personaClaims(persona), token.scopes as Set<string>);
    },
    loadExistingGrant: (ctx) => grantEverythingAsked(ctx, audience),
    renderError: (ctx, out) => {
      ctx.type = 'html';
      ctx.body = problemPage(
        'Sorry, there is a problem with the sign-in',
        out.error_description ?? out.error,
      );
    },
  };
}

function clientMetadata(client: IdentityClient): ClientMetadata {
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: client.name,
    redirect_uris: [...client.redirectUris],
    post_logout_redirect_uris: [...(client.postLogoutRedirectUris ?? [])],
    response_types: ['code'],
    grant_types: ['authorization_code'],
    scope: staffScopes.join(' '),
  };
}

/** Staff are not asked for consent: their employer decided. */
async function grantEverythingAsked(ctx: KoaContextWithOIDC, audience: string) {
  const { provider, client, session, params } = ctx.oidc;
  const accountId = session?.accountId;
  if (!client || !accountId) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId });
  const scope = typeof params?.scope === 'string' ? params.scope : '';
  grant.addOIDCScope(scope);
  grant.addResourceScope(audience, scope);
  await grant.save();
  return grant;
}
