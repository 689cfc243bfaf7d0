// The testbed: a synthetic England, and everything that runs it.
export * from './england/index.ts';
export * from './running/index.ts';
