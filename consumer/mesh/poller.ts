// Reading a mailbox by the rules: handshake at start and daily, a look every five minutes at most, at once again while
// pages are full, each message handled and only then acknowledged. spec: mesh §3.1, §3.2, §5, §8 C5, C6, C11
import type { MeshMailbox } from './mailbox.ts';

/** What a handler did: `acknowledge` says it is stored durably; `leave` lets it come again. */
export type Handled = 'acknowledge' | 'leave';

export interface PollerOptions {
  /**
   * Gets every waiting message, reports too, oldest first, one at a time; throwing leaves the message. The same
   * message may come again after a crash: know it by its id.
   */
  readonly handle: (messageId: string, mailbox: MeshMailbox) => Promise<Handled>;
  /** Between looks at an idle mailbox, in milliseconds; at least (and by default) five minutes. */
  readonly idleMs?: number;
  /** Lets `idleMs` be shorter: for a server of one's own, never for the national one. */
  readonly ownServer?: boolean;
  readonly pageSize?: number;
  /** Told of faults; the poller goes on. `messageId` where a handler failed. */
  readonly onFault: (error: unknown, messageId?: string) => void;
  readonly clock?: () => number;
}

export interface Round {
  readonly acknowledged: number;
  readonly left: number;
}

export interface Poller {
  /** One round now: handshake where it is due, then all pages. */
  poll(): Promise<Round>;
  /** Rounds until stopped. */
  start(): void;
  /** Ends after the message at hand. */
  stop(): Promise<void>;
}

const FIVE_MINUTES_MS = 300_000;
const DAY_MS = 86_400_000;
const FULL_PAGE = 500;

export function createPoller(mailbox: MeshMailbox, options: PollerOptions): Poller {
  const idleMs = options.idleMs ?? FIVE_MINUTES_MS;
  if (idleMs < FIVE_MINUTES_MS && !options.ownServer)
    throw new RangeError('an idle mailbox is looked at every five minutes at most');
  if (idleMs > DAY_MS) throw new RangeError('a mailbox is looked at once a day at least');
  const clock = options.clock ?? Date.now;
  const pageSize = options.pageSize ?? FULL_PAGE;
  let shookHandsAt = Number.NEGATIVE_INFINITY;
  let stopping = false;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<unknown> | undefined;

  const handshake = async (): Promise<void> => {
    // A little early, so that a late round does not miss the day.
    if (clock() - shookHandsAt < DAY_MS - idleMs) return;
    await mailbox.handshake();
    shookHandsAt = clock();
  };

  const handleOne = async (id: string): Promise<boolean> => {
    try {
      if ((await options.handle(id, mailbox)) !== 'acknowledge') return false;
      await mailbox.acknowledge(id);
      return true;
    } catch (error) {
      options.onFault(error, id);
      return false;
    }
  };

  /** All pages once; messages left behind are passed by, so that they cannot starve newer ones. */
  const poll = async (): Promise<Round> => {
    await handshake();
    let acknowledged = 0;
    let left = 0;
    let next: string | undefined;
    do {
      const page = await mailbox.listPage({ pageSize }, next);
      for (const id of page.ids) {
        if (stopping) return { acknowledged, left };
        if (await handleOne(id)) acknowledged++;
        else left++;
      }
      next = page.next;
    } while (next !== undefined && !stopping);
    return { acknowledged, left };
  };

  const round = async (): Promise<void> => {
    try {
      await poll();
    } catch (error) {
      options.onFault(error);
    }
    if (!stopping) timer = setTimeout(begin, idleMs);
  };
  const begin = (): void => {
    running = round();
  };
  return {
    poll,
    start() {
      if (running === undefined) begin();
    },
    async stop() {
      stopping = true;
      clearTimeout(timer);
      await running;
    },
  };
}
