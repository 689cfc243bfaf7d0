// What is particular to the NHS and to GP Connect: numbers, systems, interactions, errors.
export * from './clinical-areas.ts';
export * from './errors.ts';
export * from './interactions.ts';
export * from './nhs-number.ts';
export * from './outcomes.ts';
export * from './systems.ts';
export { versionInRange, versionRangeHint, versionRangePattern } from './version-range.ts';
