// Access Record Structured: what other capabilities and the provider's server may use.
export { areaOfRole, type SwitchableArea } from './areas.ts';
export type { WireFormat } from './bundle.ts';
export { type StructuredCapabilitySettings, structuredCapability } from './capability.ts';
export { buildGraph, type RecordGraph } from './graph.ts';
export { checkPatient } from './patient-check.ts';
export type { PracticeContext } from './practice-context.ts';
export type { RequestedAreas, StructuredRequest } from './request.ts';
export { type SharingFilter, type SharingRules, sharingFilter, type Verdict } from './sharing-filter.ts';
export type { Sink } from './sink.ts';
export { type StructuredAnswer, structuredRecord } from './structured-record.ts';
export { type RequestOptions, rules, structuredRequest } from './validation.ts';
