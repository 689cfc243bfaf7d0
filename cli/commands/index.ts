// Every command of `gpc`, in the order `gpc --help` shows them.
import type { CommandEntry } from '../command.ts';

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
    name: 'send',
    summary: "send a document or a consultation to the patient's practice, and follow it",
    load: async () => (await import('./send.ts')).send,
  },
  {
    name: 'inbox',
    summary: 'review what was sent to a practice',
    load: async () => (await import('./inbox.ts')).inbox,
  },
  {
    name: 'rules',
    summary: 'change the plausibility rules without a release: print, sign, load, list',
    load: async () => (await import('./rules.ts')).rules,
  },
  {
    name: 'mesh',
    summary: 'use a MESH mailbox: send, list, download, acknowledge, track',
    load: async () => (await import('./mesh.ts')).mesh,
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
