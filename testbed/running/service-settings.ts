// The settings of every service of a running England, each as the file `gpc serve` would take.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { feedPath } from '@gp-connect/national';
import { type England, suppliers } from '../england/index.ts';
import { defaultAudience } from '../identity/index.ts';
import {
  certificateFiles,
  clinicianName,
  consumerIdentity,
  gatewayName,
  meshIdentity,
  pharmacyOf,
  recallName,
} from './certificates.ts';
import { clinicianProduct } from './directory-data.ts';
import type { Layout } from './layout.ts';
import { mailboxPassword, senderMailboxId } from './mailboxes.ts';
import type { Ports } from './ports.ts';
import { operatorRecallFile, providerRecallFile } from './recall-settings.ts';
import type { Secrets } from './secrets.ts';
import { verificationKeyFile } from './signing-keys.ts';

export interface RunningPlan {
  readonly layout: Layout;
  readonly ports: Ports;
  readonly england: England;
  readonly secrets: Secrets;
  /** Address of a PostgreSQL database per service, or the embedded one. */
  readonly database: (service: string) => string;
}

export const issuerOf = (ports: Ports): string => `http://localhost:${ports.identity}`;

const host = '127.0.0.1';

export function directoryFile(plan: RunningPlan) {
  const { layout, ports, secrets, database } = plan;
  const files = certificateFiles(layout, 'directory');
  const { jwk } = secrets.key('gateway-assertion');
  return {
    host,
    port: ports.directory,
    operationsPort: ports.directoryOperations,
    publicUrl: `https://localhost:${ports.directory}`,
    databaseUrl: database('directory'),
    tls: {
      keyFile: files.key,
      certificateFile: files.cert,
      caFile: files.ca,
      revokedFile: revokedFile(layout),
    },
    apiKeys: [secrets.text('sds-api-key')],
    pdsClients: [{ id: 'gateway', jwks: { keys: [jwk] }, severalOrganisations: true }],
    tokenSecret: secrets.text('directory-token-secret'),
    cis2: { issuer: issuerOf(ports), jwksUri: `${issuerOf(ports)}/jwks`, audience: defaultAudience },
    feedReaders: [gatewayName],
    recall: operatorRecallFile(plan, meshAuditFile(plan)),
  };
}

export function gatewayFile({ layout, ports, secrets }: RunningPlan) {
  const national = `https://localhost:${ports.directory}`;
  // Made where it is missing, before its file is named.
  secrets.key('gateway-assertion');
  return {
    host,
    port: ports.gateway,
    publicUrl: `https://localhost:${ports.gateway}`,
    logPort: ports.publicLog,
    operationsPort: ports.gatewayOperations,
    // One persona stands for a whole hospital's staff here.
    limits: {
      user: { perSecond: 50, burst: 200 },
      organisation: { perSecond: 100, burst: 400 },
      practice: { perSecond: 100, burst: 400 },
      product: { perSecond: 200, burst: 800 },
    },
    tls: { ...certificateFiles(layout, 'gateway'), revoked: revokedFile(layout) },
    audit: {
      folder: join(layout.audit, 'gateway'),
      keyFolder: join(layout.auditKeys, 'gateway'),
      kekFile: join(layout.secrets, 'gateway-audit-kek'),
      origin: 'audit.gpconnect.example/log/gw-01',
      publicUrl: `http://localhost:${ports.publicLog}`,
    },
    directoryFeed: `${national}${feedPath}`,
    cis2: { issuer: issuerOf(ports), jwksUri: `${issuerOf(ports)}/jwks`, audience: defaultAudience },
    directoryClient: {
      tokenUrl: `${national}/oauth2/token`,
      clientId: 'gateway',
      keyId: 'gateway-assertion',
      keyFile: join(layout.secrets, 'gateway-assertion.pem'),
      sdsApiKeyFile: secrets.file('sds-api-key'),
    },
    provider: { hosts: Object.fromEntries(suppliers.map(({ id, fqdn }) => [fqdn, `${host}:${ports[id]}`])) },
    directory: {
      pdsUrl: `${national}/personal-demographics/FHIR/R4`,
      sdsUrl: `${national}/spine-directory/FHIR/R4`,
    },
    patientBased: {
      // The second is the testbed's own token endpoint, for scripts that have no browser.
      products: [clinicianProduct.clientId, 'demonstration'].map((clientId) => ({
        clientId,
        supplierOds: clinicianProduct.supplierOds,
        device: {
          system: `https://${clinicianName}/Id/device`,
          value: 'CLINICIAN-PAGES',
          model: clinicianProduct.name,
          version: clinicianProduct.version,
        },
        issuer: clinicianProduct.issuer,
      })),
    },
  };
}

export function providerFile({ layout, ports, secrets, database }: RunningPlan, id: 'orchard' | 'cedar') {
  const supplier = suppliers.find((each) => each.id === id)!;
  const { foundations, structured, documents } = supplier.routing;
  return {
    listen: { host, port: ports[id] },
    operations: { host, port: ports[`${id}Operations`] },
    administration: { host, port: ports[`${id}Administration`] },
    practice: { host, port: ports[`${id}Inbox`] },
    publicOrigin: `https://${supplier.fqdn}`,
    database: database(id),
    messageKeyFile: join(layout.secrets, `${id}-messages-kek`),
    audit: {
      folder: join(layout.audit, id),
      keyFolder: join(layout.auditKeys, id),
      origin: `audit.${supplier.fqdn}/practice`,
    },
    tls: { ...certificateFiles(layout, id), revoked: revokedFile(layout) },
    proxyNames: [gatewayName],
    administrationToken: secrets.file(`${id}-administration`),
    recall: providerRecallFile({ layout }),
    rulePacks: { verificationKey: verificationKeyFile(layout, 'rule-pack-key') },
    segments: { foundations, structured, documents },
    software: { name: supplier.product, version: supplier.version, publisher: supplier.name },
  };
}

export function meshFile({ layout, ports, secrets, database }: RunningPlan) {
  const files = certificateFiles(layout, 'mesh');
  return {
    host,
    port: ports.mesh,
    operationsPort: ports.meshOperations,
    databaseUrl: database('mesh'),
    payloadFolder: join(layout.mesh, 'payloads'),
    keyFile: join(layout.secrets, 'mesh-kek'),
    sharedKey: secrets.text('mesh-shared-key'),
    operatorCertificates: [recallName],
    tls: {
      keyFile: files.key,
      certificateFile: files.cert,
      caFile: files.ca,
      revokedFile: revokedFile(layout),
    },
  };
}

/** Where MESH keeps its audit log and the keys of it. */
export const meshAuditFile = ({ layout }: RunningPlan) => ({
  folder: join(layout.audit, 'mesh'),
  keyFolder: join(layout.auditKeys, 'mesh'),
  kekFile: join(layout.secrets, 'mesh-audit-kek'),
  origin: 'audit.gpconnect.example/log/mesh-01',
});

/** The pages of practices: whoever signs in reviews in the GP system of their own practice. */
export function practiceFile(plan: RunningPlan) {
  const { england, layout, ports, secrets } = plan;
  return {
    host,
    port: ports.practice,
    operationsPort: ports.practiceOperations,
    publicUrl: `http://localhost:${ports.practice}`,
    issuer: issuerOf(ports),
    clientId: 'practice-pages',
    clientSecret: secrets.text('practice-client'),
    audience: defaultAudience,
    sessionSecretFile: join(layout.secrets, 'practice-sessions'),
    inboxes: Object.fromEntries(
      england.practices.map(({ ods, supplier }) => [ods, `http://127.0.0.1:${ports[`${supplier}Inbox`]}`]),
    ),
  };
}

/** The pages of the pharmacy the demonstration's pharmacist works at. */
export function pharmacyFile(plan: RunningPlan) {
  const { england, layout, ports, secrets, database } = plan;
  const pharmacy = pharmacyOf(england);
  const mailbox = senderMailboxId(plan, pharmacy);
  return {
    host,
    port: ports.pharmacy,
    operationsPort: ports.pharmacyOperations,
    publicUrl: `http://localhost:${ports.pharmacy}`,
    issuer: issuerOf(ports),
    clientId: 'pharmacy-pages',
    clientSecret: secrets.text('pharmacy-client'),
    audience: defaultAudience,
    sessionSecretFile: join(layout.secrets, 'pharmacy-sessions'),
    ...directoriesOf(ports, secrets),
    tls: certificateFiles(layout, consumerIdentity(pharmacy)),
    pharmacy: { ods: pharmacy.ods, name: pharmacy.name },
    identifierSystem: `https://${pharmacy.fqdn}/id`,
    database: database('pharmacy'),
    messageKeyFile: join(layout.secrets, 'pharmacy-messages-kek'),
    mesh: {
      url: `https://localhost:${ports.mesh}`,
      mailbox,
      password: mailboxPassword(plan, mailbox),
      sharedKey: secrets.text('mesh-shared-key'),
      tls: certificateFiles(layout, meshIdentity(pharmacy.ods)),
    },
    // Nobody else uses this MESH.
    roundSeconds: 4,
  };
}

const directoriesOf = (ports: Ports, secrets: Secrets) => ({
  pds: `https://localhost:${ports.directory}/personal-demographics/FHIR/R4`,
  sds: `https://localhost:${ports.directory}/spine-directory/FHIR/R4`,
  sdsApiKey: secrets.text('sds-api-key'),
});

export function clinicianFile({ layout, ports, secrets }: RunningPlan) {
  return {
    host,
    port: ports.clinician,
    operationsPort: ports.clinicianOperations,
    publicUrl: `http://localhost:${ports.clinician}`,
    issuer: issuerOf(ports),
    clientId: clinicianProduct.clientId,
    clientSecret: secrets.text('clinician-client'),
    audience: defaultAudience,
    gateway: `https://localhost:${ports.gateway}`,
    ...directoriesOf(ports, secrets),
    tls: certificateFiles(layout, 'clinician'),
    sessionSecretFile: join(layout.secrets, 'clinician-sessions'),
  };
}

/** Writes a settings file and answers its path. */
export function writeSettings(layout: Layout, service: string, settings: object): string {
  mkdirSync(layout.settings, { recursive: true, mode: 0o700 });
  const file = join(layout.settings, `${service}.json`);
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`, { mode: 0o600 });
  return file;
}

export const revokedFile = (layout: Layout): string => join(layout.trust, 'revoked.json');
