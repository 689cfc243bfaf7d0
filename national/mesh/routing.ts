// Delivery to the registered practice: after the 202, against PDS as it is then. spec: mesh §4

import { parseProviderAddress } from './address.ts';
import type { Mesh } from './context.ts';
import { dataKeyOf, openEnvelope, sealEnvelope } from './envelope.ts';
import { type DeliveryFailure, failDelivery } from './reports.ts';
import type { Message, PatientResolution, ResolvePatient } from './types.ts';

export interface Router {
  /** Takes an accepted message; returns at once. */
  take(message: Message): void;
  /** Takes up what waits in the database: at start, and what another replica left. */
  takeWaiting(): Promise<void>;
  /** Resolves when nothing is being routed. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

const WAITING_PAGE = 500;

/** One message is routed once at a time in this process; across processes the database decides (see `deliver`). */
export function startRouter(mesh: () => Mesh, resolvePatient: ResolvePatient): Router {
  const running = new Map<string, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let closed = false;

  const later = (message: Message, ms: number): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      begin(message);
    }, ms);
    timers.add(timer);
  };
  const begin = (message: Message): void => {
    if (closed || running.has(message.id)) return;
    const work = routeOne(mesh(), message, resolvePatient)
      .catch((error: unknown) => {
        mesh().logger.error({ err: error, messageId: message.id }, 'a message could not be routed; it waits');
        if (!closed) later(message, mesh().settings.routingRetryMs);
      })
      .finally(() => running.delete(message.id));
    running.set(message.id, work);
  };
  const take = (message: Message): void => {
    const wait = mesh().settings.routingDelayMs;
    if (wait > 0) later(message, wait);
    else begin(message);
  };
  return {
    take,
    async takeWaiting() {
      for (const message of await mesh().messages.unrouted(WAITING_PAGE)) take(message);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running.values());
    },
    async close() {
      closed = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running.values());
    },
  };
}

async function routeOne(mesh: Mesh, message: Message, resolvePatient: ResolvePatient): Promise<void> {
  const envelope = openEnvelope(mesh.ring, message);
  const found = await findMailbox(mesh, message, envelope.address ?? '', resolvePatient);
  if ('failure' in found) return failDelivery(mesh, message, found.failure, 'refused');
  const { address: _, ...rest } = envelope;
  const sealed = sealEnvelope(dataKeyOf(mesh.ring, message)!, message.id, rest);
  await mesh.messages.deliver(message.id, found.mailbox, sealed);
}

type Found = { readonly mailbox: string } | { readonly failure: DeliveryFailure };

async function findMailbox(
  mesh: Mesh,
  message: Message,
  address: string,
  resolvePatient: ResolvePatient,
): Promise<Found> {
  const patient = parseProviderAddress(address);
  if ('fault' in patient) return { failure: patient.fault };
  if (patient.otherDateOrder)
    mesh.logger.warn({ messageId: message.id }, 'a GPPROVIDER address has its date as YYYYMMDD');
  const { nhsNumber, birthDate, surname } = patient;
  const resolved = await resolvePatient({ nhsNumber, birthDate, surname });
  if ('problem' in resolved) return { failure: FAILURES[resolved.problem] };
  const mailboxes = await mesh.mailboxes.byOrganisation(resolved.practice, message.workflow);
  if (mailboxes.length > 1) return { failure: 'EPL-150' };
  return mailboxes[0] ? { mailbox: mailboxes[0].id } : { failure: 'EPL-151' };
}

const FAILURES: Record<Extract<PatientResolution, { problem: string }>['problem'], DeliveryFailure> = {
  'not-found': 'EPL-153',
  'no-match': 'EPL-154',
  'no-practice': 'EPL-151',
};
