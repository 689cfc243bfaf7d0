// Every command of `gpc`, in the order `gpc --help` shows them.
import type { Command } from '../command.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'start',
    summary: 'bring up a whole England on this machine',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'record',
    summary: "a patient's GP record, from whichever GP system holds it",
    load: async () => (await import('./record.ts')).record,
  },
  {
    name: 'import',
    summary: 'put real records into a practice, with a report of every resource',
    load: async () => (await import('./import.ts')).importCommand,
  },
  {
    name: 'audit',
    summary: "verify that the gateway's audit log was not rewritten",
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'serve',
    summary: 'run one service from its settings file',
    load: async () => (await import('./serve.ts')).serve,
  },
];
