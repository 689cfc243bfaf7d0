// The certificate of the system that connects; it stands beside the mailbox's token, never in its place. spec: mesh §1
import type { TLSSocket } from 'node:tls';
import { type CertificateChecks, clientCertificate } from '@gp-connect/foundation/trust';

const MESH_CLIENT = /^[^.]+\.[^.]+\.api\.mesh-client\.nhs\.uk$/;

/** The common name of a certificate that may connect; undefined for a missing, bad or wrongly named one. */
export function certificateName(
  socket: unknown,
  checks: CertificateChecks,
  names: 'mesh-client' | 'any',
): string | undefined {
  const certificate = clientCertificate(socket as TLSSocket, checks);
  if (!certificate.ok) return undefined;
  return names === 'any' || MESH_CLIENT.test(certificate.commonName) ? certificate.commonName : undefined;
}
