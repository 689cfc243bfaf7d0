// The router: Spine Secure Proxy and patient-based routing on one front door. spec: national-service §3, foundations §6
export type { ClientCredentials } from './directory-access.ts';
export { type FeedOptions, followDirectory, type TrustedDirectory } from './directory-snapshot.ts';
export { type Gateway, type GatewayDependencies, startGateway } from './gateway.ts';
export { type GatewayServiceSettings, gatewayServiceSettings, openGateway } from './open-gateway.ts';
export { type ClientProduct, type GatewaySettings, gatewaySettings } from './settings.ts';
