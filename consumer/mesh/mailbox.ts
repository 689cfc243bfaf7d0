// A mailbox, as its owner uses it. spec: mesh §3, §8
import { type ConnectionSettings, type MeshConnection, openConnection } from './connection.ts';
import {
  type Download,
  type DownloadOptions,
  download,
  downloadTo,
  type StoredDownload,
} from './download.ts';
import { MeshNoEndpointError } from './errors.ts';
import { createExchange } from './exchange.ts';
import { type InboxPage, type ListOptions, listAll, listPage } from './inbox.ts';
import type { SendEntry, SendJournal } from './journal.ts';
import { type MessageInfo, readMessageInfo } from './message-info.ts';
import { type MeshMessage, type Sender, type Sent, send } from './send.ts';
import { type Tracking, track, trackByLocalId } from './tracking.ts';

export interface MailboxSettings {
  readonly mailboxId: string;
  readonly password: string;
  /** Shared key of the environment. */
  readonly sharedKey: string;
  /** A connection shared with other mailboxes, kept open by its owner, or what to open one of its own with. */
  readonly connection: MeshConnection | ConnectionSettings;
  /** Where sends are written down (`openSendJournal`), one for each mailbox; kept open by its owner. */
  readonly journal: SendJournal;
  /** Bytes of a chunk before compression; default 75 MiB. */
  readonly chunkBytes?: number;
  /**
   * How long a send without an answer is left alone before the server is asked what became of it, in milliseconds.
   * It must be longer than the server may still work on a request whose connection broke; default two minutes.
   */
  readonly settleMs?: number;
}

export interface MailboxDependencies {
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
  /** A person must look: authentication refused (C9, C10). Carries no content. */
  readonly onAlarm?: (error: Error) => void;
}

export interface Endpoint {
  readonly mailboxId: string;
  readonly name: string;
}

export interface MeshMailbox {
  readonly mailboxId: string;
  /** At start and then daily, not before each call. */
  handshake(): Promise<void>;
  /** See `send`: the same `sendId` never makes a second message. */
  send(message: MeshMessage): Promise<Sent>;
  /** Sends whose outcome is open: call `send` again with their `sendId`. */
  openSends(): Promise<readonly SendEntry[]>;
  listPage(options?: ListOptions, next?: string): Promise<InboxPage>;
  list(options?: ListOptions): AsyncIterable<string>;
  /** Headers only. */
  describe(messageId: string): Promise<MessageInfo>;
  download(messageId: string, options?: DownloadOptions): Promise<Download>;
  downloadTo(messageId: string, path: string, options?: DownloadOptions): Promise<StoredDownload>;
  /** Only after the message is stored durably: it cannot be fetched again. */
  acknowledge(messageId: string): Promise<void>;
  track(messageId: string): Promise<Tracking>;
  trackByLocalId(localId: string): Promise<Tracking | 'several' | undefined>;
  /** Mailboxes of an organisation that receive a workflow. */
  lookUp(ods: string, workflowId: string): Promise<readonly Endpoint[]>;
  /** The one mailbox of an organisation for a workflow. @throws MeshNoEndpointError for none or several */
  endpointOf(ods: string, workflowId: string): Promise<Endpoint>;
  /** Every mailbox that receives a workflow. */
  receivers(workflowId: string): Promise<readonly Endpoint[]>;
  close(): Promise<void>;
}

const CHUNK_BYTES = 75 * 1024 * 1024;
const SETTLE_MS = 120_000;

/**
 * Opens a mailbox; several may share a connection.
 *
 * @example
 * const mailbox = openMailbox({ mailboxId: 'X26OT900', password, sharedKey, connection: { url, tls },
 *   journal: await openSendJournal('.data/mesh-sends') });
 * await mailbox.handshake();
 * await mailbox.send({ to: gpProviderAddress(patient), workflowId: 'GPCONNECT_UPDATE_RECORD', payload, sendId });
 */
export function openMailbox(settings: MailboxSettings, dependencies: MailboxDependencies = {}): MeshMailbox {
  const { mailboxId, journal } = settings;
  if (!/^[A-Z0-9]{1,100}$/.test(mailboxId))
    throw new RangeError('a mailbox id has upper-case letters and digits');
  const clock = dependencies.clock ?? Date.now;
  const shared = 'dispatcher' in settings.connection;
  const connection =
    'dispatcher' in settings.connection ? settings.connection : openConnection(settings.connection);
  const { password, sharedKey } = settings;
  const { pause, onAlarm } = dependencies;
  const exchange = createExchange({
    connection,
    secrets: { mailboxId, password, sharedKey },
    clock,
    ...(pause ? { pause } : {}),
    ...(onAlarm ? { onAlarm } : {}),
  });
  const sender: Sender = {
    mailboxId,
    exchange,
    journal,
    clock,
    chunkBytes: settings.chunkBytes ?? CHUNK_BYTES,
    settleMs: settings.settleMs ?? SETTLE_MS,
  };
  const inProgress = new Map<string, Promise<Sent>>();
  const endpoints = async (path: string): Promise<Endpoint[]> => {
    const response = await exchange.repeatable({ method: 'GET', path });
    const body = (await response.body.json()) as { results?: { mailbox_id: string; mailbox_name: string }[] };
    return (body.results ?? []).map(({ mailbox_id: id, mailbox_name: name }) => ({ mailboxId: id, name }));
  };
  const lookUp = (ods: string, workflowId: string) =>
    endpoints(`endpointlookup/${encodeURIComponent(ods)}/${encodeURIComponent(workflowId)}`);

  return {
    mailboxId,
    async handshake() {
      const response = await exchange.repeatable({
        method: 'GET',
        path: mailboxId,
        headers: connection.clientFacts,
      });
      await response.body.dump();
    },
    send(message) {
      const { sendId } = message;
      const running = sendId === undefined ? undefined : inProgress.get(sendId);
      if (running) return running;
      const sending = send(sender, message);
      if (sendId === undefined) return sending;
      inProgress.set(sendId, sending);
      const done = () => inProgress.delete(sendId);
      sending.then(done, done);
      return sending;
    },
    openSends: () => journal.open(),
    listPage: (options, next) => listPage(exchange, mailboxId, options, next),
    list: (options = {}) => listAll(exchange, mailboxId, options),
    async describe(id) {
      const path = `${mailboxId}/inbox/${encodeURIComponent(id)}`;
      const response = await exchange.repeatable({ method: 'HEAD', path });
      await response.body.dump();
      return readMessageInfo(response.headers);
    },
    download: (id, options) => download({ exchange, mailboxId, id }, options),
    downloadTo: (id, path, options) => downloadTo({ exchange, mailboxId, id }, path, options),
    async acknowledge(id) {
      const path = `${mailboxId}/inbox/${encodeURIComponent(id)}/status/acknowledged`;
      const response = await exchange.repeatable({ method: 'PUT', path });
      await response.body.dump();
    },
    track: (id) => track(exchange, mailboxId, id),
    trackByLocalId: (localId) => trackByLocalId(exchange, mailboxId, localId),
    lookUp,
    async endpointOf(ods, workflowId) {
      const found = await lookUp(ods, workflowId);
      if (found.length !== 1) throw new MeshNoEndpointError(found.length);
      return found[0]!;
    },
    receivers: (workflowId) => endpoints(`workflowsearch/${encodeURIComponent(workflowId)}`),
    async close() {
      if (!shared) await connection.close();
    },
  };
}
