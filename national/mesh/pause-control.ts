// Pausing and lifting: what the operator does, audited before it takes effect. spec: national-service UPD-07, INC-06
import { randomUUID } from 'node:crypto';
import type { AppendAudit } from './audit-trail.ts';
import type { MessageStore } from './message-store.ts';
import type { ActivePause, PauseStore } from './pause-store.ts';
import {
  type MeshPauses,
  type MessageFacts,
  type Pause,
  type PauseLift,
  type PauseRequest,
  pauseCovers,
  pauseLift,
  pauseRequest,
} from './pauses.ts';
import type { Message } from './types.ts';

/** How long another replica's pause may stay unseen by new sends here; what slips through is held all the same. */
const FRESH_MS = 5000;
const RETURN_PAGE = 200;

export interface PauseControl extends MeshPauses {
  /** The pause a new message is refused by. */
  refusal(message: Omit<MessageFacts, 'id'>): Promise<ActivePause | undefined>;
  /** Frees one message from every pause, or ends it; undefined where nothing holds it. */
  liftFrom(messageId: string, lift: PauseLift): Promise<boolean>;
  /** Lifts what has outlived its time, and finishes what was interrupted. */
  sweep(): Promise<void>;
}

export interface PauseParts {
  readonly store: PauseStore;
  readonly messages: Pick<MessageStore, 'find'>;
  readonly append: AppendAudit;
  readonly clock: () => number;
  /** Ends a message with a report to its sender. */
  readonly returnToSender: (message: Message, reason: string) => Promise<void>;
  /** Routes what waits for its practice. */
  readonly routeWaiting: () => Promise<void>;
}

export function createPauses(parts: PauseParts): PauseControl {
  const { store, clock, routeWaiting } = parts;
  let known: { readonly pauses: readonly ActivePause[]; readonly readAt: number } | undefined;
  const active = async (): Promise<readonly ActivePause[]> => {
    const age = known ? clock() - known.readAt : Number.NaN;
    if (!(age >= 0 && age < FRESH_MS)) known = { pauses: await store.active(), readAt: clock() };
    return known!.pauses;
  };
  const lifted = async (id: string, asked: PauseLift, by: string): Promise<Pause | undefined> => {
    const pause = await store.find(id);
    if (!pause || pause.liftedAt !== null) return pause;
    const { reason, messages } = pauseLift.parse(asked);
    await auditAdmin(parts.append, { action: 'mesh-pause-lift', pause, to: messages, reason, by });
    await store.lift(id, { by, reason, messages });
    known = undefined;
    await settle();
    return store.find(id);
  };
  /** What follows a lift: messages end or go on. */
  const settle = async (): Promise<void> => {
    await returnHeld(parts);
    await routeWaiting();
  };

  return {
    async create(asked: PauseRequest) {
      const { scope, mode, reason, until, actor = 'system' } = pauseRequest.parse(asked);
      const pause = { id: randomUUID(), scope, mode, reason, until, createdBy: actor };
      await auditAdmin(parts.append, { action: 'mesh-pause', pause, to: mode, reason, by: actor });
      await store.insert(pause);
      known = undefined;
      await store.hold(pause);
      return (await store.find(pause.id))!;
    },
    list: (state = 'active') => store.list(state),
    find: (id) => store.find(id),
    lift: (id, asked) => lifted(id, asked, asked.actor ?? 'system'),
    async refusal(message) {
      const pauses = (await active()).filter(({ mode }) => mode === 'refuse');
      return pauses.find(({ scope }) => pauseCovers(scope, { ...message, id: '' }));
    },
    async liftFrom(messageId, asked) {
      const { reason, messages, actor = 'system' } = pauseLift.parse(asked);
      const message = await parts.messages.find(messageId);
      if (!message?.held || message.endedAt !== null) return false;
      const audit = { action: 'mesh-hold-lift', pause: { id: messageId }, to: messages, reason, by: actor };
      await auditAdmin(parts.append, audit);
      if (messages === 'return') await parts.returnToSender(message, reason);
      else await store.releaseMessage(messageId);
      await routeWaiting();
      return true;
    },
    async sweep() {
      for (const pause of await store.unapplied()) await store.hold(pause);
      for (const id of await store.outlived()) await lifted(id, { reason: 'its time has come' }, 'system');
      await returnHeld(parts);
    },
  };
}

async function returnHeld({ store, messages, returnToSender }: PauseParts): Promise<void> {
  for (;;) {
    const page = await store.toReturn(RETURN_PAGE);
    for (const { message: id, reason } of page) {
      const message = await messages.find(id);
      if (message) await returnToSender(message, reason);
    }
    if (page.length < RETURN_PAGE) return;
  }
}

/** @throws where the audit cannot be written: then nothing is paused or lifted */
async function auditAdmin(
  append: AppendAudit,
  step: {
    action: string;
    pause: { readonly id: string } & Partial<Pick<ActivePause, 'scope'>>;
    to: string;
    reason: string;
    by: string;
  },
): Promise<void> {
  const { action, pause, to, reason, by } = step;
  await append({
    patient: { kind: 'admin', action, subject: pause.id, from: null, to, reason },
    staff: { userId: by },
    technical: pause.scope ? { scope: JSON.parse(JSON.stringify(pause.scope)) } : {},
  });
}
