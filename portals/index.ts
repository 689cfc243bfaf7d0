// Pages for people: clinicians, practices, patients, the public, operators.
export * from './clinician/index.ts';
export type { RunningPortal } from './kit/index.ts';
export * from './pharmacy/index.ts';
export * from './practice/index.ts';
