// A recall worker as a process of its own, to be killed: `worker-process.ts {JSON}`; begins when it is told to.
import { openStore } from '@gp-connect/foundation/store';
import type { OversightStore } from '@gp-connect/national';
import { startWorker } from './worker.ts';

const { database, files, port, leaseMs } = JSON.parse(process.argv[2]!);
process.once('disconnect', () => process.exit(0));
await new Promise((resolve) => process.once('message', resolve));
const store = (await openStore(database, [])) as OversightStore;
startWorker(store, files, port, { concurrency: 2, leaseMs });
