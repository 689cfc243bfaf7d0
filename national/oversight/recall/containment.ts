// Containment: one action that stops more of the same, before anything is counted. Messages are paused at MESH, reads are
// held at the practices; both stay until they are lifted. spec: national-service INC-06, UPD-07, ENB-02, DCC-12
import { versionInRange } from '@gp-connect/foundation/nhs';
import { sql } from '@gp-connect/foundation/store';
import { Problem } from '../../policy/index.ts';
import type { By, OversightDatabase, RecallCase } from './cases.ts';
import type { RecallPorts, RecallPractice } from './ports.ts';

export interface Containment {
  readonly kind: 'pause' | 'hold';
  /** Id of the pause, or ODS code of the practice. */
  readonly reference: string;
  readonly product: string;
  readonly at: string;
  readonly actor: string;
}

export interface ContainRequest {
  readonly mode: 'refuse' | 'queue';
  readonly hold: boolean;
  readonly everySender: boolean;
  readonly reason: string;
}

/** What a hold or pause of a recall is known by. */
const incidentOf = ({ id }: Pick<RecallCase, 'id'>): string => `recall ${id}`;

/**
 * Stops what is in the selector's scope. Asked again it does what is missing: a pause of this recall is found by its
 * reason, a practice that is held stays held.
 * @throws Problem 409 where this service cannot, 422 for a scope that would stop everybody
 */
export async function contain(
  ports: RecallPorts,
  current: RecallCase,
  request: ContainRequest,
  by: By,
): Promise<Omit<Containment, 'at' | 'actor'>[]> {
  const { direction, product } = current.resolved;
  const done: Omit<Containment, 'at' | 'actor'>[] = [];
  if (direction !== 'outbound-read') {
    done.push({ kind: 'pause', reference: await pause(ports, current, request, by), product });
  }
  if (direction === 'outbound-read' || request.hold) {
    const { holds } = ports;
    if (!holds) throw new Problem(409, 'Practices cannot be held from here');
    const hold = { product, incident: incidentOf(current), reason: request.reason };
    for (const practice of await practicesInScope(ports, current)) {
      if (await holds.hold(practice, hold, by)) done.push({ kind: 'hold', reference: practice, product });
    }
  }
  return done;
}

async function pause(
  { pauses }: RecallPorts,
  current: RecallCase,
  { mode, everySender, reason }: ContainRequest,
  by: By,
): Promise<string> {
  if (!pauses) throw new Problem(409, 'Messages cannot be paused from here');
  const { product, senderOds, senderProduct, messageIds } = current.resolved;
  const isNarrow = senderOds.length > 0 || senderProduct !== undefined || messageIds.length > 0;
  if (!isNarrow && !everySender)
    throw new Problem(422, 'The request is not complete', {}, [
      {
        field: 'everySender',
        message: `the selector names no sender: all messages of ${product} would stop`,
      },
    ]);
  const named = `${reason} (${incidentOf(current)})`;
  const known = (await pauses.list('active')).find((each) =>
    each.reason.endsWith(`(${incidentOf(current)})`),
  );
  if (known) return known.id;
  // MESH sees no codes and no services, and a sender's system only where its client says it: the wider scope is the
  // safe one. The period is left out, so that what is sent from now on is stopped too.
  const scope =
    senderOds.length > 0
      ? { senderOds }
      : senderProduct
        ? { senderProduct }
        : messageIds.length > 0
          ? { messageIds }
          : {};
  const made = await pauses.create({
    scope: { products: [product], ...scope },
    mode,
    reason: named,
    actor: by.actor,
  });
  return made.id;
}

/** The directory registers versions so; what is written otherwise lies in no range. */
const dotted = /^\d{1,6}(\.\d{1,6}){0,3}$/;

/** For reads those named, or that run the system; for messages those that received some. */
async function practicesInScope(ports: RecallPorts, { resolved }: RecallCase): Promise<string[]> {
  if (resolved.direction !== 'outbound-read')
    return (await ports.envelopes.recipients(resolved)).map(({ practice }) => practice);
  const { senderOds, senderProduct } = resolved;
  const runs = ({ system }: RecallPractice): boolean =>
    senderProduct === undefined ||
    (system?.name.toLowerCase() === senderProduct.name.toLowerCase() &&
      dotted.test(system.version) &&
      versionInRange(system.version, senderProduct.versionRange));
  return (await ports.practices.all())
    .filter((practice) => (senderOds.length === 0 || senderOds.includes(practice.ods)) && runs(practice))
    .map(({ ods }) => ods);
}

/**
 * Ends what is in force. What is gone already counts as lifted.
 * @throws Problem 409 where nothing is in force
 */
export async function liftContainment(
  ports: RecallPorts,
  current: RecallCase,
  inForce: readonly Containment[],
  { reason, messages }: { reason: string; messages: 'release' | 'return' },
  by: By,
): Promise<void> {
  if (inForce.length === 0) throw new Problem(409, 'Nothing of this recall is contained');
  for (const { kind, reference, product } of inForce) {
    if (kind === 'pause') {
      if (!ports.pauses) throw new Problem(409, 'Messages cannot be paused from here');
      await ports.pauses.lift(reference, { reason, messages, actor: by.actor });
    } else {
      await ports.holds?.lift(reference, { product, incident: incidentOf(current), reason }, by);
    }
  }
}

export async function containmentsInForce(db: OversightDatabase, recall: string): Promise<Containment[]> {
  const found = await sql<Omit<Containment, 'at'> & { at: Date }>`select kind, reference, product, at, actor
    from recall_containment where recall = ${recall} and lifted_at is null order by kind, reference`.execute(
    db,
  );
  return found.rows.map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
}

export async function putContainments(
  db: OversightDatabase,
  recall: string,
  done: readonly Omit<Containment, 'at' | 'actor'>[],
  by: By,
): Promise<void> {
  for (const { kind, reference, product } of done) {
    await sql`insert into recall_containment (recall, kind, reference, product, at, actor)
      values (${recall}, ${kind}, ${reference}, ${product}, ${by.at}, ${by.actor})
      on conflict (recall, kind, reference) do update set lifted_at = null, lifted_by = null`.execute(db);
  }
}

export async function markLifted(db: OversightDatabase, recall: string, by: By): Promise<void> {
  await sql`update recall_containment set lifted_at = ${by.at}, lifted_by = ${by.actor}
    where recall = ${recall} and lifted_at is null`.execute(db);
}
