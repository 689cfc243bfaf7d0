// Made-up Update Record messages: correct ones, and one planted error for each rule. For tests and benchmarks only.
export { correctExample, medicines } from './correct.ts';
export { contentOf, type Draft, type DraftRecord, type ServiceName, seeded } from './draft.ts';
export { type Plant, plants } from './plants.ts';
