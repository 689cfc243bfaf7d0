// The other end of processes.ts: a process that plays one part of a bench.
import { markMemory, peakMemory } from '../memory.ts';

export interface Playing {
  /** Told to the bench: must survive structured cloning. */
  readonly ready: unknown;
  answer?(question: never): Promise<unknown>;
  close(): Promise<void>;
}

/** Starts with the configuration the bench gave, answers its questions, and closes when it is told to or the bench is gone. */
export async function playRole<Config>(start: (config: Config) => Promise<Playing>): Promise<void> {
  const tell = (message: object): void => void process.send?.(message);
  let playing: Playing;
  try {
    playing = await start(JSON.parse(process.argv[2] ?? '{}') as Config);
  } catch (error) {
    tell({ failed: (error as Error).stack ?? String(error) });
    process.exit(1);
  }
  let closing = false;
  const close = async (): Promise<void> => {
    if (closing) return;
    closing = true;
    await playing.close();
    process.exit(0);
  };
  process.on('SIGTERM', () => void close());
  process.on('disconnect', () => void close());
  process.on('message', async ({ id, question }: { id: number; question: Own }) => {
    try {
      const own = question.own && (await facts[question.own]());
      tell({ id, answer: own ?? (await playing.answer?.(question as never)) });
    } catch (error) {
      tell({ id, error: (error as Error).stack ?? String(error) });
    }
  });
  tell({ ready: playing.ready });
}

/** What every role can tell of its own process. */
const facts = { cpu: cpuMilliseconds, 'mark-memory': markMemory, 'peak-memory': peakMemory };

interface Own {
  readonly own?: keyof typeof facts;
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
