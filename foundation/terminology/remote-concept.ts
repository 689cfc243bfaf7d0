// A concept as a FHIR terminology server gives it ($lookup, $expand), read into our shape. spec: terminology §5
import type { EditionConcept, EditionProduct, EditionTerm } from './edition.ts';
import type { ProductLevel, Replacement } from './types.ts';

type Part = Readonly<Record<string, unknown>>;

const list = (value: unknown): Part[] =>
  Array.isArray(value) ? value.filter((item): item is Part => typeof item === 'object' && item !== null) : [];

/** The value of a part, whatever its type: `valueString`, `valueCode`, `valueBoolean`, the code of a Coding. */
function partValue(part: Part | undefined): string | boolean | undefined {
  if (part === undefined) return undefined;
  for (const [key, value] of Object.entries(part)) {
    if (!key.startsWith('value')) continue;
    if (typeof value === 'string' || typeof value === 'boolean') return value;
    if (key === 'valueCoding') {
      const code = (value as { code?: unknown } | null)?.code;
      if (typeof code === 'string') return code;
    }
  }
  return undefined;
}

const partNamed = (parts: readonly Part[], name: string): Part | undefined =>
  parts.find((part) => part.name === name);

/** The value of a parameter at the top of a Parameters resource. */
export function parameterOf(body: Part, name: string): string | boolean | undefined {
  return partValue(partNamed(list(body.parameter), name));
}

const levelRoots: readonly (readonly [string, ProductLevel])[] = [
  ['10364001000001104', 'AMPP'],
  ['8653601000001108', 'VMPP'],
  ['10363901000001102', 'AMP'],
  ['10363801000001108', 'VMP'],
  ['10363701000001104', 'VTM'],
  ['9191801000001103', 'TF'],
];
const productRoot = '373873005';
const fsnUse = '900000000000003001';
const ingredientAttributes = new Set(['127489000', '762949000', '10362801000001104']);
const causativeAgent = '246075003';

/** Every property of a $lookup answer; attributes in role groups are lifted out of them. */
function propertiesOf(parts: readonly Part[]): { code: string; value: string | boolean }[] {
  return parts.flatMap((part) => {
    const inner = list(part.part);
    const code = partValue(partNamed(inner, 'code'));
    const value = partValue(partNamed(inner, 'value'));
    const own = typeof code === 'string' && value !== undefined ? [{ code, value }] : [];
    const nested = inner.filter(({ name }) => name === 'subproperty' || name === 'property');
    return [...own, ...propertiesOf(nested)];
  });
}

function termsOf(parameters: readonly Part[]): EditionTerm[] {
  const display = partValue(partNamed(parameters, 'display'));
  const terms: EditionTerm[] =
    typeof display === 'string' ? [{ term: display, type: 'synonym', active: true }] : [];
  for (const designation of parameters.filter(({ name }) => name === 'designation')) {
    const inner = list(designation.part);
    const term = partValue(partNamed(inner, 'value'));
    if (typeof term !== 'string' || terms.some((known) => known.term === term)) continue;
    const isFsn = partValue(partNamed(inner, 'use')) === fsnUse;
    terms.push({ term, type: isFsn ? 'fsn' : 'synonym', active: true });
  }
  return terms;
}

function productFrom(
  id: string,
  above: readonly string[],
  substances: readonly string[],
): EditionProduct | undefined {
  if (!above.includes(productRoot)) return undefined;
  const level = levelRoots.find(([root]) => above.includes(root))?.[1];
  const ingredients = substances.length === 0 ? undefined : substances;
  return { level, ingredients, ...(level === 'VMP' ? { vmp: id } : {}) };
}

/** The codes in the expansion of a ValueSet, and whether it is whole. */
export function expansionOf(
  body: Part,
): { codes: { code: string; display?: string }[]; whole: boolean } | undefined {
  const expansion = body.expansion as Part | undefined;
  if (body.resourceType !== 'ValueSet' || typeof expansion !== 'object' || expansion === null)
    return undefined;
  const codes = list(expansion.contains).flatMap(({ code, display }) =>
    typeof code === 'string' ? [{ code, ...(typeof display === 'string' ? { display } : {}) }] : [],
  );
  const whole = typeof expansion.total !== 'number' || expansion.total <= codes.length;
  return { codes, whole };
}

/** A concept from the answers to $lookup and to the expansion of what is above it (undefined if not known). */
export function conceptFrom(
  id: string,
  lookup: Part,
  above: readonly string[] | undefined,
  replacements: readonly Replacement[],
): EditionConcept | undefined {
  const parameters = list(lookup.parameter);
  if (lookup.resourceType !== 'Parameters' || parameters.length === 0) return undefined;
  const properties = propertiesOf(parameters.filter(({ name }) => name === 'property'));
  const values = (code: string): string[] =>
    properties.flatMap((property) =>
      property.code === code && typeof property.value === 'string' ? [property.value] : [],
    );
  const substances = properties.flatMap(({ code, value }) =>
    ingredientAttributes.has(code) && typeof value === 'string' ? [value] : [],
  );
  const terms = termsOf(parameters);
  const fsn = terms.find(({ type }) => type === 'fsn')?.term;
  const inactive = properties.find(({ code }) => code === 'inactive')?.value;
  return {
    id,
    active: inactive !== true && inactive !== 'true',
    semanticTag: fsn === undefined ? undefined : /\(([^()]+)\)$/.exec(fsn)?.[1],
    terms,
    // All that is above counts as parents: closures come out the same, and nothing more has to be fetched.
    parents: above,
    product: above === undefined ? undefined : productFrom(id, above, [...new Set(substances)]),
    replacements,
    allergen: values(causativeAgent)[0],
  };
}
