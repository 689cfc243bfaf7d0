// One service in a process of its own: `node child.ts {service} {choices as JSON}`; tells its parent when it is ready.
import { createLogger, onShutdown, PortInUseError, runUntilStopped } from '@gp-connect/foundation/http';
import { type Choices, planFrom } from './plan.ts';
import { services } from './services/index.ts';

const [name, choices] = process.argv.slice(2);
const entry = services.find((service) => service.name === name);
if (!entry || !choices) throw new Error('child.ts is started by start.ts');

const logger = createLogger({ name: entry.name });
// Loading the sources takes seconds: it goes on while certificates, databases and other services are made ready.
const mayStart = new Promise((resolve) => process.once('message', resolve));
try {
  const start = await entry.load();
  await mayStart;
  const running = await start(planFrom(JSON.parse(choices) as Choices));
  onShutdown(() => running.close());
  runUntilStopped(logger);
  process.send?.({ ready: true });
} catch (error) {
  logger.fatal({ err: error }, 'could not start');
  process.send?.({ failed: error instanceof PortInUseError ? error.message : `${(error as Error).message}` });
  process.exit(1);
}
