// Options for both ends of a mutual TLS connection. spec: foundations §6.6
import type { ConnectionOptions, TlsOptions } from 'node:tls';
import type { TlsIdentity } from './authority.ts';

/** Only suites with forward secrecy, in the contract's order of preference. */
const SUITES_TLS12 = ['AESGCM+EECDH', 'AESGCM+EDH', 'AES256+EECDH', 'AES256+EDH'];
const NEVER = ['!aNULL', '!eNULL', '!kRSA', '!PSK', '!SRP'];
/** TLS 1.3 is allowed in addition, never instead. */
const SUITES_TLS13 = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_CHACHA20_POLY1305_SHA256'];

/** The cipher string of every listener and every client. */
export const cipherList = [...SUITES_TLS13, ...SUITES_TLS12, ...NEVER].join(':');

/**
 * What a server does with a client that shows no certificate, or a bad one: refuse it in the handshake, or let
 * it in far enough to be answered 496/495 (look at `clientCertificate` before doing anything else).
 */
export type ClientCertificatePolicy = 'reject' | 'answer';

/**
 * Options for `https.createServer` (or any `tls` listener): TLS 1.2 or newer, own order of suites, a client
 * certificate always asked for.
 *
 * @example
 * const server = https.createServer(serverTls(identity, { clients: 'answer' }), app);
 */
export function serverTls(
  identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>,
  { clients }: { clients: ClientCertificatePolicy },
): TlsOptions {
  return {
    key: identity.key,
    cert: identity.cert,
    ca: identity.ca,
    minVersion: 'TLSv1.2',
    ciphers: cipherList,
    honorCipherOrder: true,
    dhparam: 'auto',
    requestCert: true,
    rejectUnauthorized: clients === 'reject',
    handshakeTimeout: 10_000,
  };
}

/**
 * Options for a client connection, as `tls.connect`, `https.request` and undici's `connect` take them. The
 * server's certificate is always checked, against `servername` where that is not the host connected to.
 */
export function clientTls(
  identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>,
  { servername }: { servername?: string } = {},
): ConnectionOptions {
  return {
    key: identity.key,
    cert: identity.cert,
    ca: identity.ca,
    minVersion: 'TLSv1.2',
    ciphers: cipherList,
    rejectUnauthorized: true,
    ...(servername === undefined ? {} : { servername }),
  };
}
