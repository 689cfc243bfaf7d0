// The element tables' types, by the functions that answer them.
import type { typeDefinition } from '@gp-connect/foundation/fhir';

export type TypeDefinition = NonNullable<ReturnType<typeof typeDefinition>>;
export type ElementDefinition =
  TypeDefinition['elements'] extends ReadonlyMap<string, infer Element> ? Element : never;
