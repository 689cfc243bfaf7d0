// A whole router for tests: real authority, real TLS, real audit log, and providers that misbehave as told.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { IncomingHttpHeaders, IncomingMessage, RequestListener } from 'node:http';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuditLog,
  AuditReader,
  type KeyStore,
  openKeyStore,
  type PartName,
} from '@gp-connect/foundation/audit';
import { createLogger, listenAddress } from '@gp-connect/foundation/http';
import { interactionId, interactions, system } from '@gp-connect/foundation/nhs';
import {
  type Authority,
  auditClaims,
  type CertificateSpec,
  clientTls,
  encodeAuditToken,
  openAuthority,
  serverTls,
  type TlsIdentity,
} from '@gp-connect/foundation/trust';
import { indexSnapshot, type NationalData, type NationalSnapshot } from '../directory/index.ts';
import { type Gateway, type GatewayDependencies, startGateway } from './gateway.ts';
import { type GatewaySettings, gatewaySettings } from './settings.ts';

export const consumer = {
  asid: '200000001234',
  ods: 'RZ901',
  fqdn: 'emr.rz901.example.nhs.uk',
  supplier: 'YGB11',
} as const;
export const practice = {
  asid: '200000009991',
  ods: 'A83999',
  fqdn: 'pcs.example.nhs.uk',
  supplier: 'YGA01',
} as const;
/** Leads to the provider too, whose certificate does not carry it. */
export const wrongHost = 'wrong.example.nhs.uk';
export const root = `https://${practice.fqdn}/${practice.ods}/STU3/1/gpconnect`;
export const patient = '9434765919';

/** One hospital, one pharmacy, one practice that shares everything, one that does not. */
export function nationalData(): NationalData {
  const reading = interactions.map((interaction) => interaction.id);
  const asSystem = (
    asid: string,
    ods: string,
    manufacturer: string,
    clientFqdn: string,
    ids: readonly string[] = reading,
  ) => ({
    asid,
    ods,
    client: ods,
    partyKey: `${ods}-0000001`,
    interactions: ids,
    manufacturer,
    product: { name: 'Product', version: '1' },
    clientFqdn,
    issuer: `https://${clientFqdn}/`,
  });
  const organisation = (
    ods: string,
    name: string,
    type: string,
    status: 'active' | 'inactive' = 'active',
  ) => ({
    ods,
    name,
    status,
    country: 'England' as const,
    type,
    postcode: 'ZZ99 3CZ',
    private: type === 'private-provider',
  });
  const services = (ods: string) =>
    interactions.map((interaction) => ({
      id: `${ods}-${interaction.id}`,
      ods,
      partyKey: `${ods}-0000001`,
      interaction: interaction.id,
      endpoint: `https://${practice.fqdn}/${ods}/STU3/1/gpconnect${interaction.server === 'structured' ? '/structured/fhir' : interaction.server === 'documents' ? '/documents/fhir/' : '/fhir'}`,
      fqdn: practice.fqdn,
      cpaId: 'S0001',
    }));
  const products = ['ar-html', 'ar-structured', 'access-document', 'appointment-management', 'gp-connect'];
  const productsOf = (ods: string, state: 'enabled' | 'disabled' | 'held') =>
    products.map((product) => ({ ods, product, area: null, state, reasonCode: null, incident: null }));
  return {
    version: 1,
    organisations: [
      organisation(consumer.ods, 'Northmoor Hospital', 'acute-emergency'),
      organisation('FZZ01', 'Cornmill Pharmacy', 'pharmacy'),
      organisation('RZM51', 'Unsigned Trust', 'mental-health'),
      organisation(practice.ods, 'Cherrytree Surgery', 'gp-practice'),
      organisation('A83998', 'Switched Off Surgery', 'gp-practice'),
      organisation('A83997', 'Closed Surgery', 'gp-practice', 'inactive'),
    ],
    accreditedSystems: [
      asSystem(consumer.asid, consumer.ods, consumer.supplier, consumer.fqdn),
      asSystem('200000001235', 'FZZ01', 'YGP13', 'pestle.example.nhs.uk'),
      asSystem('200000001236', 'RZM51', consumer.supplier, consumer.fqdn),
      asSystem('200000001237', consumer.ods, 'YGL12', consumer.fqdn, [interactionId.foundationsMetadata]),
      asSystem(practice.asid, practice.ods, practice.supplier, practice.fqdn),
      asSystem('200000009998', 'A83998', practice.supplier, practice.fqdn),
      asSystem('200000009990', 'A83990', practice.supplier, practice.fqdn),
    ],
    messageHandlingServices: [...services(practice.ods), ...services('A83998')],
    agreements: [
      { ods: consumer.ods, products: [...products, 'migrate'], status: 'live' },
      { ods: 'FZZ01', products, status: 'live' },
    ],
    refusedPairs: [],
    practiceProducts: [...productsOf(practice.ods, 'enabled'), ...productsOf('A83998', 'disabled')],
    useCases: [],
    supplierCapabilities: [...products, 'migrate'].map((product) => ({
      supplier: practice.supplier,
      product,
      area: null,
      state: 'live',
      goLiveYear: 2020,
      fotPairs: [],
    })),
    practiceBlocks: [],
    privateOptIns: [],
  };
}

export interface TestProvider {
  readonly port: number;
  readonly requests: { method: string; url: string; headers: IncomingHttpHeaders; rawHeaders: string[] }[];
  /** What it does with the next requests. */
  answer: RequestListener;
  close(): Promise<void>;
}

export interface TestRouter {
  /** Everything it writes is under this folder. */
  readonly folder: string;
  readonly authority: Authority;
  readonly identity: TlsIdentity;
  readonly gateway: Gateway;
  readonly audit: AuditLog;
  readonly provider: TestProvider;
  readonly lines: string[];
  /** What `directory.current` answers with. */
  setDirectory(snapshot: NationalSnapshot | null): void;
  /** Starts the provider again on its port. */
  startProvider(): Promise<void>;
  client(spec?: Partial<CertificateSpec>): Promise<TlsIdentity>;
  /** Waits until so many entries are in the published log. */
  published(size: number): Promise<void>;
  /** The parts of every entry of one kind so far, oldest first. */
  entries(kind: string): Promise<AuditedEntry[]>;
  close(): Promise<void>;
}

export interface AuditedEntry {
  readonly index: number;
  readonly patient: Record<string, unknown>;
  readonly staff: Record<string, unknown>;
  readonly technical: Record<string, unknown>;
}

/** Starts everything. `change` may alter the national data before it is indexed. */
export async function startTestRouter(
  options: {
    settings?: Record<string, unknown>;
    change?: (data: NationalData) => void;
    /** What else is to run first: its dependencies, and settings that follow from it. */
    prepare?: (made: {
      authority: Authority;
      identity: TlsIdentity;
      data: NationalData;
    }) => Promise<{ dependencies: Partial<GatewayDependencies>; settings?: Record<string, unknown> }>;
    wrapAudit?: (audit: AuditLog) => AuditLog;
  } = {},
): Promise<TestRouter> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-gateway-'));
  const authority = await openAuthority(join(folder, 'authority'), { clock: Date.now });
  const [identity, providerIdentity, clientIdentity] = await Promise.all([
    authority.issue({
      commonName: 'localhost',
      dnsNames: ['localhost'],
      ipAddresses: ['127.0.0.1'],
      usages: 'both',
    }),
    authority.issue({ commonName: practice.fqdn, usages: 'server' }),
    authority.issue({ commonName: consumer.fqdn, usages: 'client' }),
  ]);
  const origin = 'audit.gpc.example.nhs.uk/log/gw-01';
  const keys: KeyStore = openKeyStore({
    folder: join(folder, 'keys'),
    origin,
    kek: Buffer.alloc(32, 7),
    create: true,
  });
  const audit = await AuditLog.open({ folder: join(folder, 'log'), keys, software: 'test' });
  let provider: Server;
  const made: TestProvider = {
    port: 0,
    requests: [],
    answer: (_request, response) => void response.end(),
    close: () => stop(provider),
  };
  const startProvider = async (): Promise<void> => {
    provider = createServer(serverTls(providerIdentity, { clients: 'reject' }), (request, response) => {
      const { method = '', url = '', headers, rawHeaders } = request;
      made.requests.push({ method, url, headers, rawHeaders });
      request.on('error', () => {});
      made.answer(request, response);
    });
    await new Promise<void>((resolve) => provider.listen(made.port, '127.0.0.1', resolve));
    Object.assign(made, { port: listenAddress(provider).port });
  };
  await startProvider();

  const data = nationalData();
  options.change?.(data);
  let snapshot: NationalSnapshot | null = indexSnapshot(data);
  const lines: string[] = [];
  const prepared = await options.prepare?.({ authority, identity, data });
  const settings: GatewaySettings = gatewaySettings.parse({
    port: 0,
    logPort: 0,
    operationsPort: 0,
    publicUrl: 'https://gpc.example.nhs.uk',
    limits: {
      product: { perSecond: 1e6, burst: 1e6 },
      organisation: { perSecond: 1e6, burst: 1e6 },
      user: { perSecond: 1e6, burst: 1e6 },
      practice: { perSecond: 1e6, burst: 1e6 },
    },
    ...options.settings,
    ...prepared?.settings,
    provider: {
      hosts: { [practice.fqdn]: `127.0.0.1:${made.port}`, [wrongHost]: `127.0.0.1:${made.port}` },
      ...((options.settings?.provider as object | undefined) ?? {}),
    },
  });
  const gateway = await startGateway(settings, {
    identity,
    audit: options.wrapAudit?.(audit) ?? audit,
    directory: { current: () => snapshot, close: () => {} },
    logger: createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } }),
    revocations: authority.revocations,
    ...prepared?.dependencies,
  });
  const reader = new AuditReader({ folder: join(folder, 'log'), keys });
  let closed = false;

  return {
    folder,
    authority,
    identity: clientIdentity,
    gateway,
    audit,
    provider: made,
    lines,
    startProvider,
    setDirectory: (next) => {
      snapshot = next;
    },
    client: (spec) => authority.issue({ commonName: consumer.fqdn, usages: 'client', ...spec }),
    published: (size) => until(async () => (await audit.checkpoint()).size >= size),
    async entries(kind) {
      if (!closed) await audit.checkpoint();
      const found: AuditedEntry[] = [];
      const part = async (index: number, name: PartName): Promise<Record<string, unknown>> => {
        const { bytes } = await reader.readPart(index, name);
        return bytes.length === 0 ? {} : (JSON.parse(bytes.toString()) as Record<string, unknown>);
      };
      for (let index = 0; index < audit.published.checkpoint.size; index += 1) {
        const patientPart = await part(index, 'patient');
        if (patientPart.kind !== kind) continue;
        const [staff, technical] = await Promise.all([part(index, 'staff'), part(index, 'technical')]);
        found.push({ index, patient: patientPart, staff, technical });
      }
      return found;
    },
    async close() {
      if (!closed) {
        closed = true;
        await gateway.close();
        await stop(provider);
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
}

export const tokenFor = (
  change: Record<string, unknown> = {},
  seconds = Math.floor(Date.now() / 1000),
): string =>
  encodeAuditToken({
    ...auditClaims({
      issuer: `https://${consumer.fqdn}/`,
      audience: root,
      scope: 'patient/*.read',
      now: seconds * 1000,
      requester: {
        device: {
          identifier: { system: 'https://emr.example/Id/device', value: 'EMR-7' },
          model: 'EMR',
          version: '4',
        },
        organisation: { ods: consumer.ods, name: 'Northmoor Hospital' },
        practitioner: {
          id: 'u-5521',
          sdsUserId: '555011112222',
          sdsRoleProfileId: '555033334444',
          name: { family: 'Okafor', given: ['Amara'], prefix: ['Dr'] },
        },
      },
    }),
    ...change,
  } as never);

export const structuredBody = (parameters: unknown[] = [], nhsNumber = patient): string =>
  JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      { name: 'patientNHSNumber', valueIdentifier: { system: system.nhsNumber, value: nhsNumber } },
      ...parameters,
    ],
  });

export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** OperationOutcome diagnostics, where it is one. */
  readonly diagnostics: string | undefined;
  readonly code: string | undefined;
}

export interface Ask {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string | string[] | undefined>;
  readonly body?: string | Buffer;
}

/** The usual headers of a proxy path request. */
export const spineHeaders = (interaction: string): Record<string, string> => ({
  'Ssp-TraceID': randomUUID(),
  'Ssp-From': consumer.asid,
  'Ssp-To': practice.asid,
  'Ssp-InteractionID': interaction,
  Authorization: `Bearer ${tokenFor()}`,
});

/** Opens a request on a connection of its own; undefined header values leave the header out. */
export function open(router: TestRouter, ask: Ask, identity: TlsIdentity | null = router.identity) {
  const headers = Object.fromEntries(
    Object.entries(ask.headers ?? {}).filter(([, value]) => value !== undefined),
  );
  const tls = identity ? clientTls(identity) : { ca: router.authority.ca };
  return httpsRequest({
    ...(tls as object),
    host: '127.0.0.1',
    servername: 'localhost',
    port: router.gateway.address.port,
    method: ask.method ?? 'GET',
    path: ask.path,
    headers: headers as Record<string, string>,
    agent: false,
  });
}

export function ask(router: TestRouter, what: Ask, identity?: TlsIdentity | null): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const request = open(router, what, identity);
    request.on('error', reject);
    request.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        const issue = outcomeIssue(body);
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body,
          diagnostics: issue?.diagnostics,
          code: issue?.details?.coding?.[0]?.code,
        });
      });
    });
    request.end(what.body);
  });
}

interface Issue {
  diagnostics?: string;
  details?: { coding?: { code?: string }[] };
}

function outcomeIssue(body: string): Issue | undefined {
  try {
    return (JSON.parse(body) as { issue?: Issue[] }).issue?.[0];
  } catch {
    return undefined;
  }
}

/** A structured record through the proxy path; the changes replace what is usual. */
export const structured = (change: Partial<Ask> = {}): Ask => ({
  method: 'POST',
  path: `/${root}/structured/fhir/Patient/$gpc.getstructuredrecord`,
  body: structuredBody(),
  ...change,
  headers: {
    ...spineHeaders(interactionId.structuredRecord),
    'Content-Type': 'application/fhir+json',
    ...change.headers,
  },
});

/** A patient search through the proxy path. */
export const search = (change: Partial<Ask> = {}): Ask => ({
  path: `/${root}/fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C${patient}`,
  ...change,
  headers: { ...spineHeaders(interactionId.findPatient), ...change.headers },
});

/** Waits until something holds; the test's own limit in time ends it otherwise. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 10));
}
