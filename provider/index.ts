// Provider side: what a GP system runs for the practices it hosts.
export { type HostedPractice, type SwitchName, switchNames } from './controls/index.ts';
export type { CanonicalRecord, Records } from './record/index.ts';
export * from './service/index.ts';
