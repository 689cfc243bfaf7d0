// The audit of one practice's record: the same log form as the national one, a log per practice.
// spec: national-service AUD-15, LOG-20; foundations §18
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AuditAlert,
  AuditLog,
  type AuditOrganisation,
  AuditReader,
  fileKek,
  openKeyStore,
  type StaffPart,
  type TechnicalPart,
} from '@gp-connect/foundation/audit';
import { type ReadsQuery, type RecordRead, readsOf } from './reads-of.ts';

/** What the audit keeps of a request: who asked for whom, and what for. Members unknown when refused are null. */
export interface AuditedRequest {
  readonly trace: string | null;
  readonly nhsNumber: string | null;
  readonly practice: string;
  readonly organisation: AuditOrganisation | null;
  readonly role: { code: string; display: string } | null;
  readonly product: string | null;
  readonly interaction: string | null;
  readonly areas: readonly string[];
  /** What the token says it is for. */
  readonly purpose: string | null;
  readonly staff: StaffPart;
  readonly technical: TechnicalPart;
}

/** A change an administrator made. */
export interface AdministrativeAct {
  readonly practice: string;
  readonly action: string;
  readonly subject: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly actor: string;
  /** The person whose record it changed, where it changed one's. */
  readonly nhsNumber?: string;
}

export interface PracticeAudit {
  /** Durable when it resolves; nothing may be released before. Answers the index its `close` refers to. */
  open(request: AuditedRequest): Promise<number>;
  refused(request: AuditedRequest, status: number, code: string): Promise<void>;
  close(
    practice: string,
    open: number,
    outcome: 'shared' | 'failed' | 'incomplete',
    status: number | null,
  ): Promise<void>;
  administrative(act: AdministrativeAct): Promise<void>;
  /** Who read these people's records; that it was asked is itself written to the log first. See reads-of.ts. */
  reads(query: ReadsQuery): Promise<RecordRead[]>;
  shutdown(): Promise<void>;
}

export interface PracticeAuditSettings {
  /** Folder of the logs; one folder below it per practice. */
  readonly folder: string;
  /** Folder of the keys, never inside `folder`. */
  readonly keyFolder: string;
  /** Origin without the practice, e.g. `audit.orchard.example/practice`. */
  readonly origin: string;
  readonly software: string;
  readonly now: () => Date;
  readonly onAlert: (practice: string, alert: AuditAlert) => void;
}

/** Opens each practice's log when it is first needed, and keeps it open. */
export function openPracticeAudit(settings: PracticeAuditSettings): PracticeAudit {
  const logs = new Map<string, Promise<AuditLog>>();

  const logOf = (practice: string): Promise<AuditLog> => {
    let log = logs.get(practice);
    if (!log) {
      log = openLog(settings, practice);
      logs.set(practice, log);
      log.catch(() => logs.delete(practice));
    }
    return log;
  };
  const attempt = (request: AuditedRequest, decision: string) => ({
    trace: request.trace,
    nhsNumber: request.nhsNumber,
    practice: request.practice,
    organisation: request.organisation,
    role: request.role,
    product: request.product,
    interaction: request.interaction,
    areas: request.areas,
    purpose: request.purpose,
    decision,
  });

  return {
    async open(request) {
      const log = await logOf(request.practice);
      const { index } = await log.append({
        patient: { kind: 'open', ...attempt(request, 'answer') },
        staff: request.staff,
        technical: request.technical,
      });
      return index;
    },
    async refused(request, status, code) {
      const log = await logOf(request.practice);
      await log.append({
        patient: { kind: 'refused', ...attempt(request, 'refuse'), status, code },
        staff: request.staff,
        technical: request.technical,
      });
    },
    async close(practice, open, outcome, status) {
      await (await logOf(practice)).close({ open, outcome, status });
    },
    async administrative({ practice, actor, ...change }) {
      const log = await logOf(practice);
      await log.append({
        patient: { kind: 'admin', ...change, practice },
        staff: { name: actor },
        technical: {},
      });
    },
    async reads(query) {
      const log = await logOf(query.practice);
      await log.append({
        patient: {
          kind: 'audit-read',
          nhsNumber: query.people.size === 1 ? [...query.people.keys()][0]! : null,
          scope: query.scope,
          need: query.need,
          organisation: null,
          role: null,
          count: query.people.size,
        },
        staff: { name: query.actor },
        technical: {},
      });
      await log.checkpoint();
      return readsOf(new AuditReader(placesOf(settings, query.practice)), query);
    },
    async shutdown() {
      for (const log of logs.values()) await (await log.catch(() => undefined))?.shutdown();
    },
  };
}

async function openLog(settings: PracticeAuditSettings, practice: string): Promise<AuditLog> {
  await mkdir(join(settings.folder, practice), { recursive: true, mode: 0o700 });
  await mkdir(join(settings.keyFolder, practice), { recursive: true, mode: 0o700 });
  return AuditLog.open({
    ...placesOf(settings, practice),
    software: settings.software,
    now: settings.now,
    onAlert: (alert) => settings.onAlert(practice, alert),
  });
}

function placesOf(settings: PracticeAuditSettings, practice: string) {
  const kek = fileKek(join(settings.keyFolder, 'kek'));
  const folder = join(settings.keyFolder, practice);
  return {
    folder: join(settings.folder, practice),
    keys: openKeyStore({ folder, origin: `${settings.origin}/${practice}`, kek }),
  };
}
