// For tests: a whole provider with real certificates, a hosted practice and made-up records, asked over real TLS.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  AuditReader,
  fileKek,
  logFolders,
  openKeyStore,
  type PartName,
  parseCheckpoint,
  publishedFolder,
} from '@gp-connect/foundation/audit';
import { createLogger } from '@gp-connect/foundation/http';
import { interactionRow } from '@gp-connect/foundation/nhs';
import {
  type Authority,
  auditClaims,
  encodeAuditToken,
  openAuthority,
  type TlsIdentity,
} from '@gp-connect/foundation/trust';
import { switchNames } from '../controls/index.ts';
import type { InboxComposition } from './inbox-mount.ts';
import { fillPractice, practice } from './made-up-practice-for-tests.ts';
import { type ProviderSettings, providerSettings } from './settings.ts';
import { openProviderStore, type ProviderStore, type RunningProvider, startProvider } from './start.ts';

export const origin = 'https://gp.example.nhs.uk';
const proxyName = 'proxy.example.nhs.uk';
export const administrationToken = 'an administration token for tests';

export interface Question {
  /** Row of the master table of interactions; its id, verb and scope are used unless others are given. */
  readonly row: string;
  /** Under the service root, with its query. */
  readonly path: string;
  readonly method?: string;
  /** Added or, where undefined, left out. */
  readonly headers?: Readonly<Record<string, string | undefined>>;
  readonly body?: string | Buffer;
  /** Changes to the token's claims; undefined takes a claim out. */
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Certificate to show; null: none. */
  readonly as?: TlsIdentity | null;
  /** Whole target in place of service root and path. */
  readonly target?: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As sent, decompressed where it was compressed. */
  readonly text: string;
  readonly bytes: number;
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  readonly body: any;
  /** Code of an OperationOutcome. */
  readonly code: string | undefined;
}

export interface AuditedEntry {
  readonly patient: Record<string, unknown>;
  readonly staff: Record<string, unknown>;
  readonly technical: Record<string, unknown>;
}

export interface ProviderUnderTest {
  readonly running: RunningProvider;
  readonly opened: ProviderStore;
  readonly settings: ProviderSettings;
  readonly authority: Authority;
  readonly proxy: TlsIdentity;
  readonly folder: string;
  /** Log lines so far. */
  readonly lines: readonly string[];
  ask(question: Question): Promise<WireAnswer>;
  /** Stops the provider and answers its audit of the practice, oldest first. */
  stopAndReadAudit(): Promise<AuditedEntry[]>;
  close(): Promise<void>;
}

export async function startTestProvider(
  database: { url: string },
  options: {
    settings?: Record<string, unknown>;
    clock?: () => number;
    inbox?: InboxComposition;
    fill?: (opened: ProviderStore) => Promise<void>;
  } = {},
): Promise<ProviderUnderTest> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-provider-'));
  const authority = await openAuthority(join(folder, 'authority'), { clock: Date.now });
  const [server, proxy] = await Promise.all([
    authority.issue({ commonName: 'gp.example.nhs.uk', dnsNames: ['localhost'], usages: 'both' }),
    authority.issue({ commonName: proxyName, usages: 'client' }),
  ]);
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const anyPort = { host: '127.0.0.1', port: 0 };
  const settings = providerSettings.parse({
    listen: anyPort,
    operations: anyPort,
    administration: anyPort,
    practice: anyPort,
    publicOrigin: origin,
    database: database.url,
    messageKeyFile: join(folder, 'message-key'),
    audit: {
      folder: join(folder, 'audit'),
      keyFolder: join(folder, 'audit-keys'),
      origin: 'audit.gp.example.nhs.uk/practice',
    },
    tls: {
      key: file('key.pem', server.key),
      cert: file('cert.pem', server.cert),
      ca: file('ca.pem', server.ca),
      revoked: join(folder, 'authority', 'revoked.json'),
    },
    proxyNames: [proxyName],
    administrationToken: file('administration-token', `${administrationToken}\n`),
    ...options.settings,
  });
  const opened = await openProviderStore(settings.database);
  await opened.controls.host([practice]);
  await opened.controls.set(practice.ods, switchNames, true, { actor: 'test', reason: 'test' });
  await (options.fill ?? ((store) => fillPractice(store.records)))(opened);
  const lines: string[] = [];
  const running = await startProvider(settings, opened, {
    logger: createLogger({ name: 'test', destination: { write: (line) => void lines.push(line) } }),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.inbox ? { inbox: options.inbox } : {}),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= running.close();
    return stopped;
  };
  return {
    running,
    opened,
    settings,
    authority,
    proxy,
    folder,
    lines,
    ask: (question) => ask(question, { port: running.address.port, settings, proxy, ca: server.ca }),
    async stopAndReadAudit() {
      await stop();
      return readAudit(settings, practice.ods);
    },
    async close() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Connection {
  readonly port: number;
  readonly settings: ProviderSettings;
  readonly proxy: TlsIdentity;
  readonly ca: string;
}

/** The service root that a row of the table belongs to. */
export function rootOf(row: string, { segments }: ProviderSettings, ods = practice.ods): string {
  const server = interactionRow(row).server as keyof typeof segments;
  return `/${ods}/STU3/1/${segments[server]}`;
}

/** A good token for an interaction, with changes. */
export function tokenFor(row: string, root: string, claims: Readonly<Record<string, unknown>> = {}): string {
  const made = auditClaims({
    issuer: 'https://consumer.example.nhs.uk/',
    audience: origin + root,
    scope: interactionRow(row).scope,
    now: Date.now(),
    requester: {
      device: {
        identifier: { system: 'https://consumer.example/Id/device', value: 'APP-1' },
        model: 'Example Viewer',
        version: '1.0.0',
      },
      organisation: { ods: 'X99998', name: 'Example Urgent Care' },
      practitioner: { id: 'u-77', name: { family: 'Quill', given: ['Ada'], prefix: ['Dr'] } },
    },
  });
  return encodeAuditToken({ ...made, ...claims } as never);
}

/** A good request to the row, as headers. */
export function headersFor(question: Question, settings: ProviderSettings): Record<string, string> {
  const root = rootOf(question.row, settings);
  const headers: Record<string, string | undefined> = {
    'ssp-traceid': randomUUID(),
    'ssp-from': '200000009901',
    'ssp-to': practice.asid,
    'ssp-interactionid': interactionRow(question.row).id,
    authorization: `Bearer ${tokenFor(question.row, root, question.claims)}`,
    ...(question.body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
    ...question.headers,
  };
  return Object.fromEntries(
    Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
  );
}

function ask(question: Question, { port, settings, proxy, ca }: Connection): Promise<WireAnswer> {
  const identity = question.as === undefined ? proxy : question.as;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port,
        servername: 'localhost',
        ca,
        ...(identity ? { key: identity.key, cert: identity.cert } : {}),
        agent: false,
        method: question.method ?? interactionRow(question.row).method,
        path: question.target ?? rootOf(question.row, settings) + question.path,
        headers: headersFor(question, settings),
      },
      (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('error', reject);
        response.once('end', () => {
          const raw = Buffer.concat(pieces);
          const bytes = response.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw;
          resolve(readAnswer(response.statusCode!, response.headers, bytes.toString('utf8'), raw.length));
        });
      },
    );
    request.once('error', reject);
    request.end(question.body);
  });
}

function readAnswer(status: number, headers: IncomingHttpHeaders, text: string, bytes: number): WireAnswer {
  let body: WireAnswer['body'];
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  return { status, headers, text, bytes, body, code: body?.issue?.[0]?.details?.coding?.[0]?.code };
}

async function readAudit({ audit }: ProviderSettings, ods: string): Promise<AuditedEntry[]> {
  const folder = join(audit.folder, ods);
  const keys = openKeyStore({
    folder: join(audit.keyFolder, ods),
    origin: `${audit.origin}/${ods}`,
    kek: fileKek(join(audit.keyFolder, 'kek')),
  });
  const reader = new AuditReader({ folder, keys });
  const checkpoint = await publishedFolder(logFolders(folder).published)('checkpoint');
  const { size } = parseCheckpoint(checkpoint!.toString('utf8'));
  const part = async (index: number, name: PartName): Promise<Record<string, unknown>> => {
    const { bytes } = await reader.readPart(index, name);
    return bytes.length === 0 ? {} : (JSON.parse(bytes.toString()) as Record<string, unknown>);
  };
  const entries: AuditedEntry[] = [];
  for (let index = 0; index < size; index += 1) {
    const [patient, staff, technical] = await Promise.all([
      part(index, 'patient'),
      part(index, 'staff'),
      part(index, 'technical'),
    ]);
    entries.push({ patient, staff, technical });
  }
  return entries;
}
