// The FHIR element tables: which elements a type has, in which order, how often, and of which type.
//
// A table is text, one type on a line: `Name:Parent element element …`. An element is its name, its cardinality
// (`?` 0..1, `!` 1..1, `*` 0..*, `+` 1..*), `@` if XML writes it as an attribute, and its type (lower case:
// primitive; `Resource`: any resource). A choice is `stem?[type|type]`; `Suffix=Type` where the two differ.
import { dstu2Elements } from './elements.dstu2.generated.ts';
import { r4Elements } from './elements.r4.generated.ts';
import { stu3Elements } from './elements.stu3.generated.ts';

export type FhirVersion = 'STU3' | 'R4' | 'DSTU2';

export type ElementForm = 'primitive' | 'complex' | 'resource' | 'xhtml';

export type FhirElement = {
  /** JSON and XML name (`valueString`, not `value[x]`). */
  readonly name: string;
  /** FHIR type: `dateTime`, `CodeableConcept`, `PatientContact`, `Resource` for any resource. */
  readonly type: string;
  readonly form: ElementForm;
  readonly many: boolean;
  readonly required: boolean;
  /** `id` and `Extension.url`: an attribute in XML, without an `_` twin in JSON. */
  readonly attribute: boolean;
  /** Stem of the choice it belongs to (`value`): at most one of a stem may be present. */
  readonly choice: string | undefined;
  /** Place in the definition order of its type; the variants of a choice share it. */
  readonly order: number;
};

export type FhirType = {
  readonly name: string;
  readonly isResource: boolean;
  /** By JSON name, in definition order, inherited elements first. */
  readonly elements: ReadonlyMap<string, FhirElement>;
};

const sources: Record<FhirVersion, string> = { STU3: stu3Elements, R4: r4Elements, DSTU2: dstu2Elements };
const cardinalities: Record<string, { many: boolean; required: boolean }> = {
  '?': { many: false, required: false },
  '!': { many: false, required: true },
  '*': { many: true, required: false },
  '+': { many: true, required: true },
};

type Table = { lines: Map<string, string>; built: Map<string, FhirType> };
const tables = new Map<FhirVersion, Table>();

function tableOf(version: FhirVersion): Table {
  const existing = tables.get(version);
  if (existing !== undefined) return existing;
  const lines = sources[version].trim().split('\n');
  const table: Table = {
    lines: new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
    ),
    built: new Map(),
  };
  tables.set(version, table);
  return table;
}

function formOf(type: string): ElementForm {
  if (type === 'xhtml') return 'xhtml';
  if (type === 'Resource') return 'resource';
  return /^[a-z]/.test(type) ? 'primitive' : 'complex';
}

function readElement(text: string, order: number): FhirElement[] {
  const [, stem, mark, at, type] = /^(\w+)([?!*+])(@?)(.+)$/.exec(text)!;
  const base = { ...cardinalities[mark!]!, attribute: at === '@', order };
  if (!type!.startsWith('[')) {
    return [{ ...base, name: stem!, type: type!, form: formOf(type!), choice: undefined }];
  }
  return type!
    .slice(1, -1)
    .split('|')
    .map((variant) => {
      const [suffix, named] = variant.split('=') as [string, string | undefined];
      const variantType = named ?? suffix;
      const name = stem! + suffix[0]!.toUpperCase() + suffix.slice(1);
      return { ...base, name, type: variantType, form: formOf(variantType), choice: stem! };
    });
}

function buildType(version: FhirVersion, name: string, line: string): FhirType {
  const [parentName, ...texts] = line.split(' ') as [string, ...string[]];
  const parent = parentName === '' ? undefined : typeDefinition(version, parentName);
  const elements = new Map(parent?.elements);
  for (const text of texts) {
    for (const element of readElement(text, elements.size)) elements.set(element.name, element);
  }
  return { name, isResource: name === 'Resource' || parent?.isResource === true, elements };
}

/** The definition of a type or resource, or undefined if that version of FHIR has none of that name. */
export function typeDefinition(version: FhirVersion, name: string): FhirType | undefined {
  const table = tableOf(version);
  const existing = table.built.get(name);
  if (existing !== undefined) return existing;
  const line = table.lines.get(name);
  if (line === undefined) return undefined;
  const built = buildType(version, name, line);
  table.built.set(name, built);
  return built;
}

/** The definition of a concrete resource type (`Patient`), or undefined. */
export function resourceDefinition(version: FhirVersion, name: string): FhirType | undefined {
  if (name === 'Resource' || name === 'DomainResource') return undefined;
  const found = typeDefinition(version, name);
  return found?.isResource === true ? found : undefined;
}

/** Whether that version of FHIR has a resource of that name. */
export function isResourceType(name: string, version: FhirVersion = 'STU3'): boolean {
  return resourceDefinition(version, name) !== undefined;
}

/** Every type name of that version, data types included, in alphabetical order. */
export function typeNames(version: FhirVersion): string[] {
  return [...tableOf(version).lines.keys()];
}
