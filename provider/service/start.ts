// A provider deployment: one process, one database, any number of practices.
import { createPublicKey, type KeyObject } from 'node:crypto';
import { ConfigurationError, readSettingFiles } from '@gp-connect/foundation/config';
import {
  createLogger,
  createMetrics,
  createServer,
  type FastifyReply,
  type FastifyRequest,
  type ListenAddress,
  type Logger,
  startListening,
  startOperations,
} from '@gp-connect/foundation/http';
import { openStore, type Store } from '@gp-connect/foundation/store';
import { fileVault, openRevocations, serverTls } from '@gp-connect/foundation/trust';
import { startAdministration } from '../administration/index.ts';
import { openPracticeAudit } from '../audit/index.ts';
import {
  type Controls,
  type ControlTables,
  controlMigrations,
  inboundMigrations,
  openControls,
} from '../controls/index.ts';
import { inboxMigrations, openRulePacks } from '../inbox/index.ts';
import { entryLedger, openRecallDesk, type RecallDesk, recallMigrations } from '../recall/index.ts';
import { openRecords, type Records, type RecordTables, recordMigrations } from '../record/index.ts';
import { type InboxComposition, type RunningInbox, startInbox } from './inbox-mount.ts';
import { openPreview } from './preview.ts';
import { mountRecall } from './recall-mount.ts';
import { addRoutes, openAnswering } from './routes.ts';
import type { ProviderSettings } from './settings.ts';
import { useCases } from './use-cases.ts';

export type ProviderTables = RecordTables & ControlTables;

/** The deployment's store with everything opened on it, before it answers anyone. */
export interface ProviderStore {
  readonly store: Store<ProviderTables>;
  readonly records: Records;
  readonly controls: Controls;
}

/** Opens the database and brings it to the newest migration. */
export async function openProviderStore(
  database: string,
  clock: () => number = Date.now,
): Promise<ProviderStore> {
  const store = await openStore<ProviderTables>({ url: database }, [
    ...recordMigrations,
    ...controlMigrations,
    ...recallMigrations,
    ...inboundMigrations,
    ...inboxMigrations,
  ]);
  return {
    store,
    records: openRecords(store as unknown as Store<RecordTables>),
    controls: openControls(store.db as never, clock),
  };
}

export interface RunningProvider {
  readonly address: ListenAddress;
  readonly operations: ListenAddress;
  readonly administration: ListenAddress;
  /** Where practices work their recall lists. */
  readonly recall: RecallDesk;
  /** There where it was composed. */
  readonly inbox?: RunningInbox;
  close(): Promise<void>;
}

/** @throws ConfigurationError where there is no such file or it holds no key */
function publicKeyIn(file: string): KeyObject {
  const { verificationKey } = readSettingFiles({ verificationKey: file });
  try {
    return createPublicKey(verificationKey);
  } catch {
    throw new ConfigurationError(['rulePacks.verificationKey: the file holds no public key']);
  }
}

/**
 * Starts answering. `opened` is closed with it, also where it cannot listen.
 * @throws ConfigurationError for files that cannot be read or an administration listener off the loopback interface
 */
export async function startProvider(
  settings: ProviderSettings,
  { store, records, controls }: ProviderStore,
  {
    clock = Date.now,
    logger,
    inbox: composition,
  }: { clock?: () => number; logger?: Logger; inbox?: InboxComposition } = {},
): Promise<RunningProvider> {
  const log = logger ?? createLogger({ name: settings.software.name, level: settings.logLevel });
  const metrics = createMetrics('provider');
  const audit = openPracticeAudit({
    ...settings.audit,
    software: `${settings.software.name} ${settings.software.version}`,
    now: () => new Date(clock()),
    onAlert: (practice, alert) => log.error({ practice, alert: alert.kind }, 'audit alert'),
  });
  const { key, cert, ca } = settings.tls;
  const files = readSettingFiles({
    'tls.key': key,
    'tls.cert': cert,
    'tls.ca': ca,
    administrationToken: settings.administrationToken,
  });
  const identity = { key: files['tls.key'], cert: files['tls.cert'], ca: files['tls.ca'] };
  const certificates = {
    clock,
    ...(settings.tls.revoked ? { revocations: openRevocations(settings.tls.revoked, { clock }) } : {}),
  };
  const answers = useCases({ records, settings, clock });
  const origin = settings.publicOrigin.replace(/\/$/, '');
  const answering = openAnswering({
    controls,
    audit,
    useCases: answers,
    checks: {
      segments: settings.segments,
      origin,
      strictAudience: settings.strictAudience,
      clock,
      certificates: {
        ...certificates,
        commonNames: new Set(settings.proxyNames.map((name) => name.toLowerCase())),
      },
    },
  });
  const answer = (_error: unknown, request: FastifyRequest, reply: FastifyReply) =>
    answering.answer(request, reply);
  const server = createServer({
    logger: log,
    metrics,
    tls: serverTls(identity, { clients: 'answer' }),
    answerError: answer,
    answerUnknown: answering.answer,
  });
  const recall = openRecallDesk({ records, entries: entryLedger, audit, clock });
  if (settings.recall) {
    mountRecall(server, {
      desk: recall,
      settings: settings.recall,
      hosts: async (ods) => (await controls.of(ods)) !== undefined,
      certificates,
      clock,
      onError: (error) => log.error({ err: error }, 'a recall order could not be carried out'),
    });
  }
  addRoutes(server, answering);
  const packs = openRulePacks({
    db: store.db,
    now: () => new Date(clock()),
    verificationKey: settings.rulePacks && publicKeyIn(settings.rulePacks.verificationKey),
    onAlert: ({ kind, detail }) => log.error({ alert: kind }, detail),
  });
  const closers: (() => Promise<unknown>)[] = [
    () => store.close(),
    () => audit.shutdown(),
    () => answering.settled(),
    () => server.close(),
  ];
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const address = await startListening(server, 'provider', settings.listen);
    const operations = await startOperations({
      service: 'provider',
      address: settings.operations,
      metrics,
      health: async () => {
        const practices = await controls.all();
        return { status: 'healthy', practices: practices.length, database: store.kind };
      },
    });
    closers.push(() => operations.close());
    const administration = await startAdministration({
      address: settings.administration,
      token: files.administrationToken,
      records,
      controls,
      audit,
      packs,
      logger: log,
      metrics,
    });
    closers.push(() => administration.close());
    const inbox =
      composition &&
      (await startInbox({
        composition,
        listen: settings.practice,
        identity,
        vault: fileVault(settings.messageKeyFile, settings.earlierMessageKeyFiles),
        store,
        records,
        controls,
        audit,
        recall,
        packs,
        preview: openPreview({ controls, useCases: answers, segments: settings.segments, origin, clock }),
        clock,
        logger: log,
        metrics,
      }));
    if (inbox) closers.push(() => inbox.close());
    return {
      address,
      operations: operations.address,
      administration: administration.address,
      recall,
      ...(inbox ? { inbox } : {}),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
