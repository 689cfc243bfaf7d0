// The ports of a running England: every one a fixed step from the base, so that one option moves them all.
import { createServer } from 'node:net';

const steps = {
  clinician: 0,
  identity: 1,
  practice: 2,
  pharmacy: 3,
  gateway: 10,
  publicLog: 11,
  directory: 12,
  mesh: 13,
  orchard: 20,
  cedar: 21,
  orchardInbox: 22,
  cedarInbox: 23,
  orchardAdministration: 30,
  cedarAdministration: 31,
  clinicianOperations: 40,
  practiceOperations: 41,
  pharmacyOperations: 42,
  gatewayOperations: 50,
  directoryOperations: 52,
  meshOperations: 53,
  orchardOperations: 60,
  cedarOperations: 61,
} as const;

export type PortName = keyof typeof steps;
export type Ports = Readonly<Record<PortName, number>>;

export const DEFAULT_PORT_BASE = 8400;
export const PORTS_TAKEN = 100;

export function portsFrom(base: number): Ports {
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, base + step])) as Ports;
}

/** Whether nothing listens on the port of this machine right now. */
export function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
