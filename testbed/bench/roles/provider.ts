// A real provider with three records: about 50, 1,000 and 10,000 entries, each at a practice of its own.
import { openProviderStore, providerSettings, startProvider, switchNames } from '@gp-connect/provider';
import { type Choices, planFrom } from '../../running/plan.ts';
import { providerFile } from '../../running/service-settings.ts';
import { cutRecord, largestRecord, ordinaryRecord } from '../records.ts';
import { playRole } from './role.ts';

interface Config {
  readonly choices: Choices;
  readonly database: string;
  /** ODS codes of the hosting practices, smallest record first. */
  readonly practices: readonly string[];
  readonly auditFolder: string;
}

await playRole(async ({ choices, database, practices, auditFolder }: Config) => {
  const plan = planFrom(choices);
  const anyPort = { host: '127.0.0.1', port: 0 };
  const file = providerFile(plan, 'orchard');
  const settings = providerSettings.parse({
    ...file,
    listen: anyPort,
    operations: anyPort,
    administration: anyPort,
    database,
    audit: { ...file.audit, folder: `${auditFolder}/log`, keyFolder: `${auditFolder}/keys` },
    logLevel: 'warn',
  });
  const opened = await openProviderStore(settings.database);
  const largest = largestRecord(plan.england);
  const records = [ordinaryRecord(plan.england).resources, cutRecord(largest, 1000), largest.resources];
  for (const [at, ods] of practices.entries()) {
    const { name, asid, organisationId } = plan.england.practices.find((practice) => practice.ods === ods)!;
    await opened.controls.host([{ ods, name, asid, organizationId: organisationId }]);
    await opened.controls.set(ods, switchNames, true, { actor: 'bench', reason: 'bench' });
    await opened.records.putPractice(ods, name);
    await opened.records.loadCanonical(ods, [records[at]!]);
  }
  const running = await startProvider(settings, opened);
  return { ready: running.address.port, close: () => running.close() };
});
