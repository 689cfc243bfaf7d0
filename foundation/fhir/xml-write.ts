// FHIR JSON to FHIR XML, element by element in definition order. spec: foundations §8.2; stack §6
import { decimalText, isExact } from './decimals.ts';
import { pathText } from './element-path.ts';
import {
  type FhirElement,
  type FhirType,
  type FhirVersion,
  resourceDefinition,
  typeDefinition,
} from './elements.ts';
import { isPlainText, primitiveTypeFault } from './primitives.ts';
import { FhirSyntaxError, safeName } from './syntax-error.ts';
import { xhtmlForXml } from './xhtml.ts';
import { escapeAttribute } from './xml-text.ts';

export const fhirNamespace = 'http://hl7.org/fhir';
const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
const maxPathSteps = 128;

type Members = Record<string, unknown>;
type Writer = { out: string; readonly version: FhirVersion; readonly path: (string | number)[] };

function refuse(writer: Writer, reason: string): never {
  throw new FhirSyntaxError(pathText(writer.path), reason);
}

/** Runs `write` one step further down the path. */
function within(writer: Writer, step: string | number, write: () => void): void {
  if (writer.path.length >= maxPathSteps) refuse(writer, 'nested too deeply');
  writer.path.push(step);
  write();
  writer.path.pop();
}

function membersOf(writer: Writer, value: unknown): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isExact(value)) {
    refuse(writer, 'must be one object');
  }
  return value as Members;
}

function definitionOf(writer: Writer, type: FhirType, key: string): FhirElement {
  const twin = key.startsWith('_');
  const found = type.elements.get(twin ? key.slice(1) : key);
  if (found === undefined || (twin && (found.form !== 'primitive' || found.attribute))) {
    writer.path.push(safeName(key));
    refuse(writer, 'unknown element');
  }
  return found;
}

/** The elements an object has, in the order XML wants them. */
function presentElements(writer: Writer, type: FhirType, members: Members): FhirElement[] {
  const present: FhirElement[] = [];
  for (const key of Object.keys(members)) {
    if (members[key] === undefined || (key === 'resourceType' && type.isResource)) continue;
    const element = definitionOf(writer, type, key);
    if (key.startsWith('_') && members[element.name] !== undefined) continue;
    let at = present.length;
    while (at > 0 && present[at - 1]!.order > element.order) at -= 1;
    if (at > 0 && present[at - 1]!.order === element.order) {
      writer.path.push(element.name);
      refuse(writer, 'a choice has more than one value');
    }
    present.splice(at, 0, element);
  }
  return present;
}

function writePrimitive(writer: Writer, element: FhirElement, value: unknown, twin: unknown): void {
  const hasValue = value !== undefined && value !== null;
  const hasTwin = twin !== undefined && twin !== null;
  if (!hasValue && !hasTwin) refuse(writer, 'has neither a value nor an extension');
  const attribute = hasValue ? ` value="${primitiveText(writer, element, value)}"` : '';
  if (!hasTwin) writer.out += `<${element.name}${attribute}/>`;
  else writeContent(writer, element.name, typeDefinition(writer.version, 'Element')!, twin, attribute);
}

function primitiveText(writer: Writer, element: FhirElement, value: unknown): string {
  const fault = primitiveTypeFault(element, value);
  if (fault !== undefined) refuse(writer, fault);
  if (typeof value !== 'string') return decimalText(value) ?? String(value);
  if (!isPlainText(value)) refuse(writer, 'holds characters that FHIR does not allow');
  return escapeAttribute(value);
}

function writeXhtml(writer: Writer, value: unknown): void {
  if (typeof value !== 'string') refuse(writer, 'must be a string');
  const written = xhtmlForXml(value);
  if ('fault' in written) refuse(writer, written.fault);
  writer.out += written.xml;
}

/** Writes `<name attributes>…</name>` for an object of a data type. */
function writeContent(
  writer: Writer,
  name: string,
  type: FhirType,
  value: unknown,
  attributes: string,
): void {
  const members = membersOf(writer, value);
  const present = presentElements(writer, type, members);
  if (present.length === 0) refuse(writer, 'empty element');
  writer.out += `<${name}`;
  for (const element of present) {
    if (!element.attribute) continue;
    within(writer, element.name, () => {
      writer.out += ` ${element.name}="${primitiveText(writer, element, members[element.name])}"`;
    });
  }
  writer.out += `${attributes}>`;
  for (const element of present) if (!element.attribute) writeElement(writer, element, members);
  writer.out += `</${name}>`;
}

function writeOne(writer: Writer, element: FhirElement, value: unknown, twin: unknown): void {
  if (element.form === 'primitive') writePrimitive(writer, element, value, twin);
  else if (element.form === 'xhtml') writeXhtml(writer, value);
  else if (element.form === 'complex') {
    writeContent(writer, element.name, typeDefinition(writer.version, element.type)!, value, '');
  } else {
    writer.out += `<${element.name}>`;
    writeResource(writer, value, '');
    writer.out += `</${element.name}>`;
  }
}

function writeElement(writer: Writer, element: FhirElement, members: Members): void {
  const value = members[element.name];
  const twin = members[`_${element.name}`];
  within(writer, element.name, () => {
    if (!element.many) {
      if (Array.isArray(value) || Array.isArray(twin)) refuse(writer, 'must not be an array');
      writeOne(writer, element, value, twin);
      return;
    }
    const values = arrayOf(writer, value);
    const twins = arrayOf(writer, twin);
    const length = Math.max(values.length, twins.length);
    if (length === 0) refuse(writer, 'empty array');
    for (let at = 0; at < length; at += 1) {
      within(writer, at, () => writeOne(writer, element, values[at], twins[at]));
    }
  });
}

function arrayOf(writer: Writer, value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) refuse(writer, 'must be an array');
  return value;
}

function writeResource(writer: Writer, value: unknown, namespace: string): void {
  const members = membersOf(writer, value);
  const name = members.resourceType;
  const type = typeof name === 'string' ? resourceDefinition(writer.version, name) : undefined;
  if (type === undefined) refuse(writer, 'unknown resource type');
  if (writer.path.length === 0) writer.path.push(type.name);
  writer.out += `<${type.name}${namespace}>`;
  for (const element of presentElements(writer, type, members)) writeElement(writer, element, members);
  writer.out += `</${type.name}>`;
}

const rootNamespace = ` xmlns="${fhirNamespace}"`;

/**
 * A resource as an XML document.
 * @throws FhirSyntaxError when the resource holds anything that XML could not carry: nothing is dropped silently.
 */
export function toXml(resource: object, version: FhirVersion = 'STU3'): string {
  const writer: Writer = { out: declaration, version, path: [] };
  writeResource(writer, resource, rootNamespace);
  return writer.out;
}

/** What surrounds the entries of a Bundle: `head`, then entries (see `resourceToXmlEntry`), then `tail`. */
export type BundleFrames = { head: string; tail: string };

/**
 * The XML before and after the entries of a Bundle, so that entries can be streamed between them.
 * `bundle` is the Bundle without `entry`.
 * @throws FhirSyntaxError as `toXml`, also when the bundle has entries of its own.
 */
export function bundleXmlFrames(bundle: object, version: FhirVersion = 'STU3'): BundleFrames {
  const writer: Writer = { out: `${declaration}<Bundle${rootNamespace}>`, version, path: ['Bundle'] };
  const type = resourceDefinition(version, 'Bundle')!;
  const members = membersOf(writer, bundle);
  const entries = type.elements.get('entry')!.order;
  const present = presentElements(writer, type, members);
  if (present.some(({ order }) => order === entries)) refuse(writer, 'entries are to be streamed apart');
  for (const element of present) if (element.order < entries) writeElement(writer, element, members);
  const head = writer.out;
  writer.out = '';
  for (const element of present) if (element.order > entries) writeElement(writer, element, members);
  return { head, tail: `${writer.out}</Bundle>` };
}

/** What an entry holds besides its resource. */
export type EntryParts = { fullUrl?: string; search?: object; link?: object[] };

/**
 * A resource as the `<entry>` of a Bundle whose root declares the FHIR namespace (see `bundleXmlFrames`).
 * @throws FhirSyntaxError as `toXml`
 */
export function resourceToXmlEntry(
  resource: object,
  parts: EntryParts = {},
  version: FhirVersion = 'STU3',
): string {
  const writer: Writer = { out: '', version, path: ['Bundle', 'entry'] };
  writeContent(writer, 'entry', typeDefinition(version, 'BundleEntry')!, { ...parts, resource }, '');
  return writer.out;
}
