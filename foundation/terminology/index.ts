// SNOMED CT and dm+d: what other rooms may use. spec: terminology §4
export * from './demonstration.ts';
export { demonstrationSource, demonstrationTerminology } from './demonstration-terminology.ts';
export { type Difference, type DisplayMatch, type DisplayResult, meaningDiffers } from './display-match.ts';
export {
  type Edition,
  type EditionConcept,
  type EditionProduct,
  type EditionTerm,
  editionOf,
} from './edition.ts';
export { words } from './normalise.ts';
export { terminologyOver } from './over-edition.ts';
export { type RemoteOptions, type RemoteTerminology, remoteTerminology } from './remote-terminology.ts';
export { type ParsedSctid, parseSctid, type SctidFault, type SctidKind, sctidCheckDigit } from './sctid.ts';
export type * from './types.ts';
export { dmdSystem } from './validate-code.ts';
export {
  forbiddenMember,
  shippedValueSets,
  type ValueSet,
  type ValueSets,
  valueSetsFrom,
} from './value-sets.ts';
