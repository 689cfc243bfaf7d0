// The demonstration identity provider: oidc-provider playing NHS CIS2 for staff.
export type { IdentityClient } from './configuration.ts';
export { type Persona, staffScopes } from './persona.ts';
export {
  defaultAudience,
  type IdentityProvider,
  type IdentityProviderOptions,
  startIdentityProvider,
} from './server.ts';
