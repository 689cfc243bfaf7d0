// What time does: expiry with its report, unfinished uploads, old tracking data, old tokens, stray payloads.
// spec: mesh §7, national-service RTE-18
import type { Mesh } from './context.ts';
import { failDelivery } from './reports.ts';

const DAY_MS = 86_400_000;
const PAGE = 200;

/** One round; safe to run in several replicas at once. */
export async function sweep(mesh: Mesh): Promise<void> {
  const { settings, clock } = mesh;
  const daysAgo = (days: number) => new Date(clock() - days * DAY_MS);
  await mesh.pauses.sweep();
  await expire(mesh, daysAgo(settings.expiryDays));
  await mesh.messages.removeOld({
    uploadsBefore: daysAgo(settings.uploadDays),
    endedBefore: daysAgo(settings.removalDays),
  });
  await mesh.replay.forget(settings.replayHours);
  await removeDiscarded(mesh);
}

async function expire(mesh: Mesh, before: Date): Promise<void> {
  const after = `after ${mesh.settings.expiryDays} days`;
  for (;;) {
    const messages = await mesh.messages.uncollected(before, PAGE);
    for (const message of messages) await failDelivery(mesh, message, '14', 'expired', after);
    if (messages.length < PAGE) return;
  }
}

/** Removes the objects that messages gave up. Objects first, then the note of them: a crash repeats, never forgets. */
export async function removeDiscarded(mesh: Pick<Mesh, 'messages' | 'storage'>): Promise<void> {
  for (;;) {
    const objects = await mesh.messages.discarded(PAGE);
    if (objects.length === 0) return;
    await Promise.all(objects.map((object) => mesh.storage.remove(object)));
    await mesh.messages.forgetDiscarded(objects);
  }
}

/** Removes payloads that belong to no message: what a send left that was killed before it was accepted. */
export async function removeStray(mesh: Mesh): Promise<number> {
  const before = mesh.clock() - mesh.settings.orphanMinutes * 60_000;
  let removed = 0;
  let old: string[] = [];
  const settle = async () => {
    const stray = await mesh.messages.withoutMessage(old);
    old = [];
    await Promise.all(stray.map((object) => mesh.storage.remove(object)));
    removed += stray.length;
  };
  for await (const { name, modified } of mesh.storage.list()) {
    if (modified < before) old.push(name);
    if (old.length >= PAGE) await settle();
  }
  await settle();
  return removed;
}
