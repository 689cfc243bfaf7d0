// Graceful shutdown: closers run in reverse order of registration, once, with a limit in time.
import type { Logger } from './logging.ts';

type Closer = () => Promise<void> | void;

const closers: Closer[] = [];

/** Registers what must be closed when the process is asked to stop. */
export function onShutdown(close: Closer): void {
  closers.push(close);
}

/** Waits for SIGINT or SIGTERM (or the parent's channel closing), closes everything, then ends the process. */
export function runUntilStopped(logger: Logger, limitSeconds = 25): void {
  let stopping = false;
  const stop = async (reason: string) => {
    if (stopping) return;
    stopping = true;
    logger.info({ reason }, 'stopping');
    const limit = setTimeout(() => process.exit(1), limitSeconds * 1000);
    limit.unref();
    for (const close of closers.reverse()) {
      try {
        await close();
      } catch (error) {
        logger.error({ err: error }, 'could not close cleanly');
      }
    }
    logger.info('stopped');
    process.exit(0);
  };
  process.once('SIGINT', () => void stop('SIGINT'));
  process.once('SIGTERM', () => void stop('SIGTERM'));
  process.once('disconnect', () => void stop('parent ended'));
}
