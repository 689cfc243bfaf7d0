// MESH inside the directory's process: mailboxes of England, routed by the PDS beside it, audited in a log of its own.
import { AuditLog, fileKek, openKeyStore } from '@gp-connect/foundation/audit';
import { loadSettings } from '@gp-connect/foundation/config';
import { londonToday } from '@gp-connect/foundation/fhir';
import { createLogger } from '@gp-connect/foundation/http';
import {
  type DirectoryStore,
  meshSettings,
  practiceOfPatient,
  startMesh,
  type TakesProduct,
} from '@gp-connect/national';
import { mailboxesOf } from '../mailboxes.ts';
import { meshAuditFile, meshFile, type RunningPlan, writeSettings } from '../service-settings.ts';
import type { RunningService } from './service.ts';

export async function startNationalMesh(
  plan: RunningPlan,
  directory: DirectoryStore,
  takes: TakesProduct,
): Promise<RunningService> {
  const file = writeSettings(plan.layout, 'mesh', meshFile(plan));
  const settings = loadSettings(meshSettings, { file, env: process.env, prefix: 'GPC_MESH' });
  // The inboxes ask every few seconds: what goes well is not told.
  const logger = createLogger({ name: 'mesh', level: 'warn' });
  const { folder, keyFolder, kekFile, origin } = meshAuditFile(plan);
  const audit = await AuditLog.open({
    folder,
    keys: openKeyStore({ folder: keyFolder, origin, kek: fileKek(kekFile) }),
    software: 'gp-connect mesh',
    onAlert: (alert) => logger.error({ alert: alert.kind }, 'audit alert'),
  });
  const types = new Map(plan.england.consumers.map(({ ods, orgType }) => [ods, orgType]));
  try {
    const mesh = await startMesh(settings, {
      logger,
      audit: (parts) => audit.append(parts),
      resolvePatient: (patient) => practiceOfPatient(directory, patient, londonToday(new Date())),
      takes,
      organisationType: (ods) => types.get(ods) ?? 'gp-practice',
    });
    await mesh.putMailboxes(mailboxesOf(plan));
    return {
      async close() {
        await mesh.close();
        await audit.shutdown();
      },
    };
  } catch (error) {
    await audit.shutdown();
    throw error;
  }
}
