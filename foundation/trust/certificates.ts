// Makes X.509 keys and certificates: the only file that knows the certificate library.
// spec: foundations §6.6
import 'reflect-metadata';
import { generateKeyPair, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { promisify } from 'node:util';
import * as x509 from '@peculiar/x509';

const generate = promisify(generateKeyPair);
const SIGNATURE = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** RSA-2048, which the ECDHE-RSA and DHE-RSA suites of §6.6 need. Made on the thread pool, so in parallel. */
export function newKeyPair(): Promise<KeyPair> {
  return generate('rsa', { modulusLength: 2048 });
}

/** A key as PKCS #8 PEM. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

export type CertificateUsages = 'server' | 'client' | 'both';

const extendedUsages: Record<CertificateUsages, x509.ExtendedKeyUsage[]> = {
  server: [x509.ExtendedKeyUsage.serverAuth],
  client: [x509.ExtendedKeyUsage.clientAuth],
  both: [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth],
};

/** When a certificate may be used. */
export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** Who signs: a CA's own certificate (PEM) and its private key. */
export interface Issuer {
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

export type CertificateKind =
  | { readonly ca: true; readonly pathLength: number }
  | {
      readonly ca: false;
      readonly usages: CertificateUsages;
      readonly dnsNames: readonly string[];
      readonly ipAddresses: readonly string[];
    };

export interface CertificateRequest {
  readonly commonName: string;
  readonly organisation: string;
  readonly publicKey: KeyObject;
  readonly validity: Validity;
  readonly kind: CertificateKind;
  /** The signing CA; a root signs itself with `issuer: { self: its private key }`. */
  readonly issuer: Issuer | { readonly self: KeyObject };
}

/** Signs one certificate and returns it as PEM. */
export async function makeCertificate(request: CertificateRequest): Promise<string> {
  const publicKey = request.publicKey.export({ type: 'spki', format: 'der' });
  const name = [
    { C: ['GB'] },
    { O: [request.organisation] },
    { CN: [request.commonName] },
  ] satisfies x509.JsonName;
  const parent = 'self' in request.issuer ? null : new x509.X509Certificate(request.issuer.certificate);
  const signer = 'self' in request.issuer ? request.issuer.self : request.issuer.privateKey;
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: newSerialNumber(),
    subject: name,
    issuer: parent ? parent.subject : name,
    notBefore: request.validity.notBefore,
    notAfter: request.validity.notAfter,
    publicKey,
    signingKey: await signingKey(signer),
    signingAlgorithm: SIGNATURE,
    extensions: [
      ...kindExtensions(request.kind),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(parent ? parent.publicKey : publicKey),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

function kindExtensions(kind: CertificateKind): x509.Extension[] {
  if (kind.ca) {
    return [
      new x509.BasicConstraintsExtension(true, kind.pathLength, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ];
  }
  const names = [
    ...kind.dnsNames.map((value) => ({ type: 'dns' as const, value })),
    ...kind.ipAddresses.map((value) => ({ type: 'ip' as const, value })),
  ];
  return [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(
      x509.KeyUsageFlags.digitalSignature | x509.KeyUsageFlags.keyEncipherment,
      true,
    ),
    new x509.ExtendedKeyUsageExtension(extendedUsages[kind.usages]),
    ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
  ];
}

/** 16 random bytes whose hexadecimal form is the same in every tool: positive and without a leading zero. */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex').toUpperCase();
}

function signingKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return webcrypto.subtle.importKey('pkcs8', der, SIGNATURE, false, ['sign']);
}
