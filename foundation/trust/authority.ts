// The demonstration certificate authority: root, sub CA and leaf certificates, made at first start.
// Stands in for the national Spine RootCA and SubCA. spec: foundations §6.6
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CertificateUsages,
  type Issuer,
  keyPem,
  makeCertificate,
  newKeyPair,
  type Validity,
} from './certificates.ts';
import type { Clock } from './clock.ts';
import { openRevocations, type Revocations } from './revocations.ts';

const DAY_MS = 86_400_000;
const CA_YEARS = 20;

export interface CertificateSpec {
  /** The FQDN that stands for the system: `Ssp-From` is bound to it. */
  readonly commonName: string;
  /** Names a client may connect to; defaults to the common name. */
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  readonly usages: CertificateUsages;
  /** Defaults to one year from now, begun an hour ago. Give a past one to make an expired certificate. */
  readonly validity?: Validity;
}

/** What one end of a TLS connection holds, all PEM. */
export interface TlsIdentity {
  readonly key: string;
  /** Leaf certificate followed by the sub CA's. */
  readonly cert: string;
  /** Trust anchors: root and sub CA. */
  readonly ca: string;
  readonly commonName: string;
  /** Upper-case hexadecimal. */
  readonly serialNumber: string;
  /** Milliseconds since 1970 UTC. */
  readonly expires: number;
}

export interface Authority {
  /** Root and sub CA, PEM: what both ends trust. */
  readonly ca: string;
  readonly revocations: Revocations;
  /** A new certificate with a new key, kept nowhere. */
  issue(spec: CertificateSpec): Promise<TlsIdentity>;
  /**
   * The stored identity of that name; made (and stored, key file mode 0600) where there is none, where the
   * names or usages asked for differ, where it was revoked, or in the last third of its life.
   */
  identity(name: string, spec: CertificateSpec): Promise<TlsIdentity>;
}

/**
 * Opens the authority kept in `folder`, or makes it there. The root's private key is never stored: it signs
 * the sub CA once and is forgotten.
 */
export async function openAuthority(folder: string, { clock }: { clock: Clock }): Promise<Authority> {
  const home = join(folder, 'authority');
  const stored = (await readAuthority(home)) ?? (await makeAuthority(home, clock()));
  const ca = stored.root + stored.issuer.certificate;
  const identities = join(folder, 'identities');
  await mkdir(identities, { recursive: true, mode: 0o700 });
  const revocations = openRevocations(join(folder, 'revoked.json'), { clock });
  const inMaking = new Map<string, Promise<TlsIdentity>>();

  const issue = async (spec: CertificateSpec): Promise<TlsIdentity> => {
    const keys = await newKeyPair();
    const leaf = await makeCertificate({
      commonName: spec.commonName,
      organisation: 'Demonstration',
      publicKey: keys.publicKey,
      validity: spec.validity ?? yearFrom(clock()),
      kind: {
        ca: false,
        usages: spec.usages,
        dnsNames: spec.dnsNames ?? [spec.commonName],
        ipAddresses: spec.ipAddresses ?? [],
      },
      issuer: stored.issuer,
    });
    return toIdentity(keyPem(keys.privateKey), leaf + stored.issuer.certificate, ca, spec.commonName);
  };

  const findOrIssue = async (name: string, spec: CertificateSpec): Promise<TlsIdentity> => {
    const keyFile = join(identities, `${name}.key`);
    const certFile = join(identities, `${name}.pem`);
    const [key, cert] = await Promise.all([readIfThere(keyFile), readIfThere(certFile)]);
    if (key && cert && stillGood(key, cert, spec, stored.issuer.certificate, clock())) {
      const found = toIdentity(key, cert, ca, spec.commonName);
      if (!revocations.isRevoked(found.serialNumber)) return found;
    }
    const made = await issue(spec);
    await replaceFile(keyFile, made.key, 0o600);
    await replaceFile(certFile, made.cert, 0o644);
    return made;
  };

  return {
    ca,
    revocations,
    issue,
    identity(name, spec) {
      if (!/^[a-z0-9][a-z0-9._-]{0,100}$/i.test(name)) throw new RangeError('not a name for an identity');
      const running = inMaking.get(name) ?? Promise.resolve();
      const made = running.then(
        () => findOrIssue(name, spec),
        () => findOrIssue(name, spec),
      );
      inMaking.set(name, made);
      return made;
    },
  };
}

interface StoredAuthority {
  readonly root: string;
  readonly issuer: Issuer;
}

async function readAuthority(home: string): Promise<StoredAuthority | null> {
  const [root, certificate, key] = await Promise.all(
    ['root.pem', 'sub.pem', 'sub.key'].map((file) => readIfThere(join(home, file))),
  );
  if (!root || !certificate || !key) return null;
  return { root, issuer: { certificate, privateKey: createPrivateKey(key) } };
}

/** Builds the authority aside and moves it into place at once, so that two first starts cannot mix. */
async function makeAuthority(home: string, now: number): Promise<StoredAuthority> {
  const validity = { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + CA_YEARS * 365 * DAY_MS) };
  const organisation = 'Demonstration';
  const [rootKeys, subKeys] = await Promise.all([newKeyPair(), newKeyPair()]);
  const root = await makeCertificate({
    commonName: 'Demonstration Root CA',
    organisation,
    publicKey: rootKeys.publicKey,
    validity,
    kind: { ca: true, pathLength: 1 },
    issuer: { self: rootKeys.privateKey },
  });
  const certificate = await makeCertificate({
    commonName: 'Demonstration Sub CA',
    organisation,
    publicKey: subKeys.publicKey,
    validity,
    kind: { ca: true, pathLength: 0 },
    issuer: { certificate: root, privateKey: rootKeys.privateKey },
  });
  const aside = `${home}.${randomUUID()}`;
  await mkdir(aside, { recursive: true, mode: 0o700 });
  await writeFile(join(aside, 'root.pem'), root);
  await writeFile(join(aside, 'sub.pem'), certificate);
  await writeFile(join(aside, 'sub.key'), keyPem(subKeys.privateKey), { mode: 0o600 });
  try {
    await rename(aside, home);
  } catch (problem) {
    await rm(aside, { recursive: true, force: true });
    const other = await readAuthority(home);
    if (other) return other;
    throw problem;
  }
  return { root, issuer: { certificate, privateKey: subKeys.privateKey } };
}

function yearFrom(now: number): Validity {
  return { notBefore: new Date(now - 3_600_000), notAfter: new Date(now + 365 * DAY_MS) };
}

function toIdentity(key: string, cert: string, ca: string, commonName: string): TlsIdentity {
  const leaf = new X509Certificate(cert);
  return { key, cert, ca, commonName, serialNumber: leaf.serialNumber, expires: leaf.validToDate.getTime() };
}

const clientAndServer = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];
const usageOids: Record<CertificateUsages, readonly string[]> = {
  server: clientAndServer.slice(0, 1),
  client: clientAndServer.slice(1),
  both: clientAndServer,
};

function stillGood(key: string, cert: string, spec: CertificateSpec, issuer: string, now: number): boolean {
  const leaf = new X509Certificate(cert);
  const begins = leaf.validFromDate.getTime();
  const ends = leaf.validToDate.getTime();
  return (
    now >= begins &&
    now < ends - (ends - begins) / 3 &&
    leaf.checkPrivateKey(createPrivateKey(key)) &&
    leaf.verify(new X509Certificate(issuer).publicKey) &&
    leaf.subject.split('\n').includes(`CN=${spec.commonName}`) &&
    sameSet(alternativeNames(leaf), [...(spec.dnsNames ?? [spec.commonName]), ...(spec.ipAddresses ?? [])]) &&
    sameSet(leaf.keyUsage ?? [], usageOids[spec.usages])
  );
}

function alternativeNames(leaf: X509Certificate): string[] {
  return (leaf.subjectAltName ?? '')
    .split(', ')
    .filter(Boolean)
    .map((entry) => entry.replace(/^(DNS|IP Address):/, ''));
}

/** IPv6 addresses in one spelling: `0:0:0:0:0:0:0:1` is `::1`. */
function oneSpelling(name: string): string {
  return name.includes(':') ? new URL(`http://[${name}]`).hostname : name;
}

function sameSet(one: readonly string[], other: readonly string[]): boolean {
  const key = (names: readonly string[]) => names.map(oneSpelling).sort().join();
  return key(one) === key(other);
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw problem;
  }
}

async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, text, { mode });
  await rename(aside, file);
}
