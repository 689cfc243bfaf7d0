// Writes the element tables `elements.*.generated.ts` from the published type declarations of @types/fhir.
// Run when those change (STU3 and DSTU2 primitive types come from two older releases, which still name them):
//   npm pack @types/fhir@3.0.2 && npm pack @types/fhir@1.0.30        (unpack each; both MIT licensed)
//   node foundation/fhir/generate-elements.ts --stu3-primitives <3.0.2/index.d.ts> --dstu2-primitives <1.0.30/index.d.ts>
// The table grammar is described in elements.ts, which reads it.
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

type Field = { name: string; optional: boolean; type: string; doc: string };
type Interface = { name: string; parent: string | undefined; fields: Field[] };
/** `Type.element` to FHIR primitive name. */
type Primitives = ReadonlyMap<string, string>;

const primitiveNames = [
  'base64Binary boolean canonical code date dateTime decimal id instant integer markdown',
  'oid positiveInt string time unsignedInt uri url uuid',
].flatMap((line) => line.split(' '));
const primitiveBySuffix = new Map(
  primitiveNames.map((name) => [name[0]!.toUpperCase() + name.slice(1), name]),
);
const numeric = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);
const birthDates = /\.birthDate$/;
const anyResource = new Set(['Resource', 'FhirResource', 'T']);

function readInterfaces(source: string): Map<string, Interface> {
  const found = new Map<string, Interface>();
  const pattern = /^ *(?:export )?interface (\w+)(?:<[^>]*>)?(?: extends (\w+))? \{\n([\s\S]*?)^ *\}$/gm;
  for (const [, name, parent, body] of source.matchAll(pattern)) {
    found.set(name!, { name: name!, parent, fields: readFields(body!) });
  }
  return found;
}

function readFields(body: string): Field[] {
  const pattern = /\/\*\*([\s\S]*?)\*\/|^ *(readonly )?(\w+)(\?)?: ([^;]*);/gm;
  const fields: Field[] = [];
  let doc = '';
  for (const [, comment, readonly, name, optional, type] of body.matchAll(pattern)) {
    if (comment !== undefined) doc = comment;
    else if (readonly === undefined && name !== undefined && !name.startsWith('_')) {
      fields.push({
        name,
        optional: optional !== undefined,
        type: type!.replace(/ \| undefined$/, ''),
        doc,
      });
    }
  }
  return fields;
}

/** The older declarations write `birthDate?: date`; string enumerations there are aliases, which FHIR calls `code`. */
function readPrimitives(source: string): Primitives {
  const found = new Map<string, string>();
  for (const { name: declared, fields } of readInterfaces(source).values()) {
    const name = declared === 'ResourceBase' ? 'Resource' : declared;
    for (const field of fields) {
      const type = field.type.replace(/\[\]$/, '');
      const isAlias = new RegExp(`^ *type ${type} =`, 'm').test(source);
      if (primitiveNames.includes(type)) found.set(`${name}.${field.name}`, type);
      else if (isAlias) found.set(`${name}.${field.name}`, 'code');
    }
  }
  return found;
}

function exactType(path: string, written: string, known: Primitives): string {
  if (written === 'boolean') return 'boolean';
  const isNumber = written === 'number';
  const exact = known.get(path);
  if (exact !== undefined && numeric.has(exact) === isNumber && exact !== 'boolean') return exact;
  if (isNumber) return 'decimal';
  return written.startsWith('(') || written.startsWith("'") ? 'code' : 'string';
}

function elementType(path: string, written: string, known: Primitives): string {
  if (path === 'Narrative.div') return 'xhtml';
  if (isPrimitiveText(written)) return exactType(path, written, known);
  const first = written.split(' | ')[0]!.replace(/<.*>/, '');
  return anyResource.has(first) ? 'Resource' : first;
}

const isPrimitiveText = (type: string): boolean => /^(string|number|boolean|\(|')/.test(type);

/** Whether a field called `stem` + `suffix` can be one variant of a choice: optional, single, its type the suffix. */
function isVariant(field: Field, suffix: string, typeNames: ReadonlySet<string>): boolean {
  if (!field.optional || field.type.endsWith('[]')) return false;
  return isPrimitiveText(field.type) ? primitiveBySuffix.has(suffix) : typeNames.has(suffix);
}

/** The stem of a choice (`value` of `valueString`, `valueCode`, …) if every field is that stem and a type. */
function choiceStem(fields: readonly Field[], typeNames: ReadonlySet<string>): string | undefined {
  const first = fields[0]!.name;
  for (let length = 1; length < first.length; length += 1) {
    const stem = first.slice(0, length);
    const fits = (field: Field): boolean =>
      field.name.startsWith(stem) && isVariant(field, field.name.slice(length), typeNames);
    if (fields.every(fits)) return stem;
  }
  return undefined;
}

function writeElement(owner: string, field: Field, known: Primitives): string {
  const many = field.type.endsWith('[]') || field.type.startsWith('Array<');
  const written = field.type.replace(/\[\]$/, '');
  const mark = many ? (field.optional ? '*' : '+') : field.optional ? '?' : '!';
  const path = `${owner}.${field.name}`;
  const attribute = path === 'Element.id' || path === 'Extension.url' ? '@' : '';
  return `${field.name}${mark}${attribute}${elementType(path, written, known)}`;
}

function writeChoice(owner: string, stem: string, fields: readonly Field[], known: Primitives): string {
  const variants = fields.map((field) => {
    const suffix = field.name.slice(stem.length);
    const primitive = primitiveBySuffix.get(suffix);
    if (primitive !== undefined && isPrimitiveText(field.type)) return primitive;
    const type = elementType(`${owner}.${field.name}`, field.type, known);
    return type === suffix ? type : `${suffix}=${type}`;
  });
  return `${stem}?[${variants.join('|')}]`;
}

function writeType(type: Interface, typeNames: ReadonlySet<string>, known: Primitives): string {
  const parts: string[] = [];
  for (let at = 0; at < type.fields.length; ) {
    const field = type.fields[at]!;
    let end = at + 1;
    while (end < type.fields.length && type.fields[end]!.doc === field.doc) end += 1;
    const run = type.fields.slice(at, end);
    const stem = run.length > 1 ? choiceStem(run, typeNames) : undefined;
    if (stem !== undefined) parts.push(writeChoice(type.name, stem, run, known));
    else parts.push(...run.map((each) => writeElement(type.name, each, known)));
    at = end;
  }
  return [`${type.name}:${type.parent ?? ''}`, ...parts].join(' ');
}

function generate(declarations: string, version: string, known: Primitives): void {
  const source = readFileSync(declarations, 'utf8');
  const types = readInterfaces(source);
  const typeNames = new Set(types.keys());
  const lines = [...types.values()]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((type) => writeType(type, typeNames, known));
  const constant = `${version}Elements`;
  const text = `// Generated by generate-elements.ts from @types/fhir (MIT): do not edit. Grammar: elements.ts.
export const ${constant} = \`\n${lines.join('\n')}\n\`;\n`;
  writeFileSync(new URL(`./elements.${version}.generated.ts`, import.meta.url), text);
  console.log(`${version}: ${lines.length} types, ${text.length} bytes`);
}

/** R4 has no declarations with exact primitives: STU3's are used where the element kept its name, dates widened. */
function widenForR4(stu3: Primitives): Primitives {
  const widened = [...stu3].map(([path, type]): [string, string] =>
    type === 'date' && !birthDates.test(path) ? [path, 'dateTime'] : [path, type],
  );
  return new Map(widened);
}

const { values } = parseArgs({
  options: { 'stu3-primitives': { type: 'string' }, 'dstu2-primitives': { type: 'string' } },
});
if (values['stu3-primitives'] === undefined || values['dstu2-primitives'] === undefined) {
  throw new Error('give --stu3-primitives and --dstu2-primitives, see the head of this file');
}
const stu3 = readPrimitives(readFileSync(values['stu3-primitives'], 'utf8'));
const dstu2 = readPrimitives(readFileSync(values['dstu2-primitives'], 'utf8'));
const typesAt = createRequire(import.meta.url)
  .resolve('@types/fhir/package.json')
  .replace(/package\.json$/, '');
generate(`${typesAt}r3.d.ts`, 'stu3', stu3);
generate(`${typesAt}r4.d.ts`, 'r4', widenForR4(stu3));
generate(`${typesAt}r2.d.ts`, 'dstu2', dstu2);
