// Who is at the other end of a TLS connection, judged for a server that answers 495/496 itself.
// spec: foundations §6.2 row 1, §6.6
import type { Server, TLSSocket } from 'node:tls';
import type { Clock } from './clock.ts';
import type { Revocations } from './revocations.ts';

export type CertificateFault =
  | 'none'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-usage'
  | 'untrusted'
  | 'revoked'
  | 'wrong-name';

export interface ClientCertificate {
  readonly ok: true;
  /** The FQDN the certificate is issued to, lower case. */
  readonly commonName: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** SHA-256, upper-case hexadecimal pairs with colons. */
  readonly fingerprint: string;
  /** For the audit: `C=GB, O=…, CN=…`. */
  readonly subject: string;
}

export interface RefusedCertificate {
  readonly ok: false;
  readonly reason: CertificateFault;
  /** 496 where there was no certificate, 495 for a bad one. */
  readonly status: 495 | 496;
  /** For the body's diagnostics; says nothing about the certificate's content. */
  readonly diagnostics: string;
}

export interface CertificateChecks {
  readonly clock: Clock;
  readonly revocations?: Revocations;
  /** Common names allowed in, lower case; absent where the name is bound later (router: to the ASID). */
  readonly commonNames?: ReadonlySet<string>;
}

const diagnostics: Record<CertificateFault, string> = {
  none: 'No client certificate was presented',
  expired: 'The client certificate has expired',
  'not-yet-valid': 'The client certificate is not valid yet',
  'wrong-usage': 'The client certificate is not issued for use as a client',
  untrusted: 'The client certificate is not issued by a trusted authority',
  revoked: 'The client certificate has been revoked',
  'wrong-name': 'The client certificate is not issued to a system that may connect here',
};

/** OpenSSL's verification codes; what is not listed is `untrusted`. */
const faultOfCode: Readonly<Record<string, CertificateFault>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  INVALID_PURPOSE: 'wrong-usage',
  CERT_REVOKED: 'revoked',
};

interface Seen {
  readonly certificate: ClientCertificate | null;
  readonly fault: CertificateFault | null;
  readonly expires: number;
}

const seen = new WeakMap<TLSSocket, Seen>();

/**
 * Judges the client certificate of a connection; cheap to call for every request, so that a certificate that
 * expires or is revoked during a long connection is refused from then on.
 * "No certificate" is told by its absence, never by `socket.authorized`, whatever a resumed session says.
 */
export function clientCertificate(
  socket: TLSSocket,
  { clock, revocations, commonNames }: CertificateChecks,
): ClientCertificate | RefusedCertificate {
  let known = seen.get(socket);
  if (!known) {
    known = inspect(socket);
    seen.set(socket, known);
  }
  if (known.fault) return refused(known.fault);
  const certificate = known.certificate;
  if (!certificate) return refused('none');
  if (clock() > known.expires) return refused('expired');
  if (revocations?.isRevoked(certificate.serialNumber)) return refused('revoked');
  if (commonNames && !commonNames.has(certificate.commonName)) return refused('wrong-name');
  return certificate;
}

/**
 * For servers that refuse in the handshake: closes connections whose certificate is revoked (or fails another
 * of the checks) before a byte of a request is read.
 */
export function closeRefusedConnections(server: Server, checks: CertificateChecks): void {
  server.prependListener('secureConnection', (socket) => {
    if (!clientCertificate(socket, checks).ok) socket.destroy();
  });
}

function refused(reason: CertificateFault): RefusedCertificate {
  return {
    ok: false,
    reason,
    status: reason === 'none' ? 496 : 495,
    diagnostics: diagnostics[reason],
  };
}

function inspect(socket: TLSSocket): Seen {
  const peer = socket.getPeerCertificate();
  if (!peer || Object.keys(peer).length === 0) return { certificate: null, fault: 'none', expires: 0 };
  if (!socket.authorized) {
    const code = String(socket.authorizationError ?? '');
    return { certificate: null, fault: faultOfCode[code] ?? 'untrusted', expires: 0 };
  }
  // Several common names would leave open which of them is bound to an ASID.
  const commonName = typeof peer.subject.CN === 'string' ? peer.subject.CN.toLowerCase() : '';
  if (commonName === '') return { certificate: null, fault: 'wrong-name', expires: 0 };
  return {
    certificate: {
      ok: true,
      commonName,
      serialNumber: peer.serialNumber.toUpperCase(),
      fingerprint: peer.fingerprint256,
      subject: Object.entries(peer.subject)
        .map(([type, value]) => `${type}=${String(value)}`)
        .join(', '),
    },
    fault: null,
    expires: Date.parse(peer.valid_to),
  };
}
