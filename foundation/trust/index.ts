// Trust: mutual TLS, the audit token, OpenID Connect, purposes of use.

export * from './access-token.ts';
export {
  createRestVault,
  fileVault,
  isSealed,
  type RestVault,
  sealedMark,
  storedText,
} from './at-rest.ts';
export * from './audit-claims.ts';
export {
  type DecodedToken,
  decodeAuditToken,
  encodeAuditToken,
  type UncheckedClaims,
} from './audit-token.ts';
export * from './audit-token-check.ts';
export { type Authority, type CertificateSpec, openAuthority, type TlsIdentity } from './authority.ts';
export type { CertificateUsages, Validity } from './certificates.ts';
export * from './client-certificate.ts';
export type { Clock } from './clock.ts';
export * from './purpose.ts';
export type { ResourceCheck } from './resource-check.ts';
export { openRevocations, type Revocations } from './revocations.ts';
export { createSeal, type Seal } from './seal.ts';
export * from './sign-in.ts';
export { type StaffIdentity, staffIdentity } from './staff-identity.ts';
export * from './tls.ts';
