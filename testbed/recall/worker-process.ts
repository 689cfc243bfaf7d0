// A recall worker as a process of its own, to be killed: `worker-process.ts {JSON}`.
import { openStore } from '@gp-connect/foundation/store';
import type { OversightStore } from '@gp-connect/national';
import { startWorker } from './operator.ts';

const { database, files, port, leaseMs } = JSON.parse(process.argv[2]!);
const store = (await openStore(database, [])) as OversightStore;
startWorker(store, files, port, { concurrency: 2, leaseMs });
process.once('disconnect', () => process.exit(0));
