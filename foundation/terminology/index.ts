// SNOMED CT and dm+d: what other rooms may use.
export * from './demonstration.ts';
