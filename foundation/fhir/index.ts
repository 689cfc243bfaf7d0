// FHIR, as every party speaks it: types, JSON and XML, strict structure, references, dates, media types.
export * from './coded-text.ts';
export * from './dates.ts';
export * from './decimals.ts';
export {
  type FhirElement,
  type FhirVersion,
  isResourceType,
  resourceDefinition,
  typeDefinition,
} from './elements.ts';
export { type JsonResource, parseJson, serializeJson } from './json.ts';
export { defaultReadLimits, type ReadLimits } from './limits.ts';
export { londonDateTime, londonMidnight, londonOffset, londonToday } from './london-time.ts';
export * from './media-types.ts';
export * from './parameters.ts';
export { formatFault, isPlainText } from './primitives.ts';
export * from './references.ts';
export { FhirSyntaxError } from './syntax-error.ts';
export type * from './types.ts';
export { type Problem, validate } from './validate.ts';
export { xhtmlFault } from './xhtml.ts';
export { fromXml } from './xml-read.ts';
export {
  type BundleFrames,
  bundleXmlFrames,
  type EntryParts,
  fhirNamespace,
  resourceToXmlEntry,
  toXml,
} from './xml-write.ts';
