// Recall inside the directory's process: its certificate and keys, the operator's own audit log, MESH's log and pauses,
// and the worker that sends orders. spec: national-service §15, §20 API-12
import { createPrivateKey, type KeyObject } from 'node:crypto';
import { AuditLog, AuditReader, fileKek, openKeyStore } from '@gp-connect/foundation/audit';
import { ConfigurationError, readSettingFiles } from '@gp-connect/foundation/config';
import type { Logger } from '@gp-connect/foundation/http';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { meshPausesAt } from '../mesh/index.ts';
import {
  type AppendEvent,
  codeSetsOver,
  type Envelopes,
  enablementOf,
  envelopesOfAudit,
  holdsOfPolicy,
  openOrderTransport,
  practicesOfDirectory,
  type RecallRoutes,
  startRecallWorker,
} from '../oversight/index.ts';
import type { DirectorySettings } from './settings.ts';
import type { DirectoryStore } from './store.ts';

type RecallSettings = NonNullable<DirectorySettings['recall']>;

export interface OpenRecall {
  /** What the routes need besides who asks. */
  readonly routes: Omit<RecallRoutes, 'authorise'>;
  /** Takes no more work, ends what is under way, closes the log. */
  close(): Promise<void>;
}

interface RecallDependencies {
  readonly store: DirectoryStore;
  readonly clock: () => number;
  readonly logger: Logger;
  /** The snapshot catches up with what was just written. */
  readonly changed: () => Promise<unknown>;
}

/** Between looks into the queue; what is put there here is seen at once. */
const POLL_MS = 5000;

/** @throws ConfigurationError for files that cannot be read, or a key that is not Ed25519 */
export async function openRecall(
  settings: RecallSettings,
  { store, clock, logger, changed }: RecallDependencies,
): Promise<OpenRecall> {
  const { tls } = settings;
  const files = readSettingFiles({
    'recall.tls.keyFile': tls.keyFile,
    'recall.tls.certificateFile': tls.certificateFile,
    'recall.tls.caFile': tls.caFile,
    'recall.orderKeyFile': settings.orderKeyFile,
  });
  const identity = {
    key: files['recall.tls.keyFile'],
    cert: files['recall.tls.certificateFile'],
    ca: files['recall.tls.caFile'],
  };
  const key = orderKey(files['recall.orderKeyFile']);
  const { origin } = settings.audit;
  const log = await AuditLog.open({
    folder: settings.audit.folder,
    keys: keysOf(settings.audit),
    software: 'gp-connect operator',
    now: () => new Date(clock()),
    onAlert: (alert) => logger.error({ alert: alert.kind }, 'audit alert'),
  });
  const append: AppendEvent = async (event) => ({ origin, index: (await log.append(event)).index });
  const practices = practicesOfDirectory(store);
  const transport = openOrderTransport({ identity, hosts: settings.hosts });
  const worker = startRecallWorker({
    ...{ store, practices, transport, key, append, clock, random: Math.random, pollMs: POLL_MS },
    onError: (error) => logger.error({ err: error }, 'a recall order could not be handled'),
  });
  const pauses = settings.meshUrl ? meshPausesAt({ url: settings.meshUrl, tls: identity }) : undefined;
  return {
    routes: {
      store,
      ports: {
        practices,
        envelopes: envelopesFrom(settings, store),
        enablementAt: enablementOf(store),
        holds: holdsOfPolicy(store, changed),
        append,
        ...(pauses ? { pauses } : {}),
      },
      codeSets: codeSetsOver(demonstrationSource()),
      now: () => new Date(clock()),
      wake: () => worker.wake(),
    },
    async close() {
      await worker.close();
      await transport.close();
      await pauses?.close();
      await log.shutdown();
    },
  };
}

/** Without MESH's log nobody is known to have received anything. */
function envelopesFrom({ meshAudit }: RecallSettings, store: DirectoryStore): Envelopes {
  if (!meshAudit) return { recipients: async () => [], inTransit: async () => 0 };
  const reader = new AuditReader({ folder: meshAudit.folder, keys: keysOf(meshAudit) });
  return envelopesOfAudit(store, { origin: meshAudit.origin, reader });
}

const keysOf = ({ keyFolder, kekFile, origin }: RecallSettings['audit']) =>
  openKeyStore({ folder: keyFolder, origin, kek: fileKek(kekFile) });

function orderKey(pem: string): KeyObject {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Told below.
  }
  throw new ConfigurationError(['recall.orderKeyFile: the file holds no Ed25519 private key in PEM']);
}
