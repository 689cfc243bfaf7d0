// Where a provider's URLs point to once they are the router's. spec: national-service RTE-14
import type { CapabilityServer } from '@gp-connect/foundation/nhs';
import type { Exchange } from './exchange.ts';
import type { GatewayContext } from './gateway-context.ts';
import { originOf } from './request-target.ts';
import type { Rewriting } from './url-rewriting.ts';

const segment: Readonly<Record<CapabilityServer, string>> = {
  foundations: 'STU3/1/gpconnect/fhir',
  structured: 'STU3/1/gpconnect/structured/fhir',
  documents: 'STU3/1/gpconnect/documents/fhir',
  html: 'DSTU2/0/gpconnect/fhir',
};

/** `X-Forwarded-Proto` says how the client reached whatever stands before the router. */
export function routerRewriting(
  exchange: Exchange,
  gateway: GatewayContext,
  to: { root: string; practice: string; server: CapabilityServer },
): Rewriting {
  const scheme = exchange.request.headers['x-forwarded-proto'];
  const { publicUrl } = gateway.settings;
  const routerOrigin = scheme === 'http' ? publicUrl.replace(/^https:/, 'http:') : publicUrl;
  return {
    serviceRoot: to.root,
    routerRoot: `${routerOrigin}/${to.practice}/${segment[to.server]}`,
    providerOrigin: originOf(to.root),
    routerOrigin,
  };
}
