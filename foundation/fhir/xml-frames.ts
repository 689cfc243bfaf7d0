// The open elements of an XML document being read, and what each of them may hold.
import type { SaxesAttributeNS, SaxesTagNS } from 'saxes';
import { decimalFrom } from './decimals.ts';
import { pathText } from './element-path.ts';
import {
  type FhirElement,
  type FhirType,
  type FhirVersion,
  resourceDefinition,
  typeDefinition,
} from './elements.ts';
import { primitiveTypeFault } from './primitives.ts';
import { FhirSyntaxError, safeName } from './syntax-error.ts';
import { xhtmlNamespace } from './xhtml.ts';
import { fhirNamespace } from './xml-write.ts';

type Members = Record<string, unknown>;

/** One open element: a resource (no `element`), or an element of its parent. */
export type Frame = {
  readonly parent: Frame | undefined;
  readonly element: FhirElement | undefined;
  /** What may stand inside; undefined for the slot of a resource and for narrative. */
  readonly type: FhirType | undefined;
  /** Place among its likes, for the path. */
  readonly index: number;
  /** Nesting as JSON counts it. */
  readonly depth: number;
  /** What has been read of the object, or of the `_` twin of a primitive. */
  members: Members;
  /** Value of a primitive, text of a narrative, resource of a slot. */
  value: unknown;
  /** Names whose `_` arrays are to be aligned when the frame closes. */
  extended: string[] | undefined;
  /** Stems of the choices already made. */
  choices: string[] | undefined;
};

/** The element path of an open element. */
export function framePath(frame: Frame | undefined): string {
  const steps: (string | number)[] = [];
  for (let at = frame; at !== undefined; at = at.parent) {
    if (at.element !== undefined) {
      if (at.element.many) steps.unshift(at.index);
      steps.unshift(at.element.name);
    } else if (at.parent === undefined) steps.unshift(at.type!.name);
  }
  return pathText(steps);
}

function refuse(frame: Frame | undefined, reason: string, name?: string): never {
  const path = framePath(frame);
  const step = name === undefined ? '' : `${path === '' ? '' : '.'}${safeName(name)}`;
  throw new FhirSyntaxError(path + step, reason);
}

function newFrame(
  parent: Frame | undefined,
  element: FhirElement | undefined,
  type: FhirType | undefined,
  index: number,
): Frame {
  const depth = (parent?.depth ?? 0) + levelsOf(parent, element);
  const members: Members = {};
  return {
    parent,
    element,
    type,
    index,
    depth,
    members,
    value: undefined,
    extended: undefined,
    choices: undefined,
  };
}

/** Levels an element adds in JSON: an object one, an array one; the resource in a slot is counted with its slot. */
function levelsOf(parent: Frame | undefined, element: FhirElement | undefined): number {
  if (element === undefined) return parent === undefined ? 1 : 0;
  return (element.form === 'complex' || element.form === 'resource' ? 1 : 0) + (element.many ? 1 : 0);
}

function openResource(
  parent: Frame | undefined,
  tag: SaxesTagNS,
  attributes: readonly SaxesAttributeNS[],
  version: FhirVersion,
): Frame {
  if (tag.uri !== fhirNamespace) refuse(parent, 'wrong namespace', tag.local);
  const type = resourceDefinition(version, tag.local);
  if (type === undefined) refuse(parent, 'unknown resource type', tag.local);
  const frame = newFrame(parent, undefined, type, 0);
  if (attributes.length > 0) refuse(frame, 'unknown attribute', attributes[0]!.local);
  frame.members.resourceType = type.name;
  return frame;
}

/** Opens the resource a document holds. */
export const openRoot = (
  tag: SaxesTagNS,
  attributes: readonly SaxesAttributeNS[],
  version: FhirVersion,
): Frame => openResource(undefined, tag, attributes, version);

/** Opens an element inside another, refusing what does not belong there. */
export function openChild(
  parent: Frame,
  tag: SaxesTagNS,
  attributes: readonly SaxesAttributeNS[],
  version: FhirVersion,
): Frame {
  if (parent.element?.form === 'resource') {
    if (parent.value !== undefined) refuse(parent, 'holds more than one resource');
    return openResource(parent, tag, attributes, version);
  }
  const element = parent.type?.elements.get(tag.local);
  if (element === undefined || element.attribute) refuse(parent, 'unknown element', tag.local);
  if (tag.uri !== (element.form === 'xhtml' ? xhtmlNamespace : fhirNamespace)) {
    refuse(parent, 'wrong namespace', tag.local);
  }
  const frame = newFrame(parent, element, typeInside(element, version), placeOf(parent, element));
  if (element.form !== 'xhtml') for (const each of attributes) takeAttribute(frame, each);
  return frame;
}

function typeInside(element: FhirElement, version: FhirVersion): FhirType | undefined {
  if (element.form === 'primitive') return typeDefinition(version, 'Element');
  return element.form === 'complex' ? typeDefinition(version, element.type) : undefined;
}

/** The index of a new element among its likes; a single element or choice may stand once. */
function placeOf(parent: Frame, element: FhirElement): number {
  const { members } = parent;
  if (element.many)
    return Array.isArray(members[element.name]) ? (members[element.name] as unknown[]).length : 0;
  if (Object.hasOwn(members, element.name) || Object.hasOwn(members, `_${element.name}`)) {
    refuse(parent, 'stands more than once', element.name);
  }
  if (element.choice !== undefined) {
    if (parent.choices?.includes(element.choice)) {
      refuse(parent, 'a choice has more than one value', element.name);
    }
    parent.choices ??= [];
    parent.choices.push(element.choice);
  }
  return 0;
}

function takeAttribute(frame: Frame, attribute: SaxesAttributeNS): void {
  const element = frame.element!;
  if (attribute.uri !== '') refuse(frame, 'unknown attribute', attribute.local);
  if (element.form === 'primitive' && attribute.local === 'value') {
    frame.value = primitiveValue(frame, element, attribute.value);
    return;
  }
  if (frame.type?.elements.get(attribute.local)?.attribute !== true) {
    refuse(frame, 'unknown attribute', attribute.local);
  }
  if (attribute.value === '') refuse(frame, 'must not be empty', attribute.local);
  frame.members[attribute.local] = attribute.value;
}

const booleans: Record<string, boolean> = { true: true, false: false };
const numbers = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);

function primitiveValue(frame: Frame, element: FhirElement, text: string): unknown {
  let value: unknown = text;
  if (element.type === 'boolean') value = Object.hasOwn(booleans, text) ? booleans[text] : undefined;
  else if (numbers.has(element.type)) value = decimalFrom(text);
  const fault = primitiveTypeFault(element, value);
  if (fault !== undefined) refuse(frame, fault);
  return value;
}

/** Closes an element: refuses it if it is empty, else hands what was read to its parent. */
export function closeFrame(frame: Frame): void {
  const { parent, element, members } = frame;
  alignTwins(frame);
  if (element === undefined) {
    if (parent !== undefined) parent.value = members;
    return;
  }
  if (element.form === 'complex') {
    if (hasOnlyId(members)) refuse(frame, 'empty element');
    store(parent!, element, members);
  } else if (element.form !== 'primitive') {
    if (frame.value === undefined) refuse(frame, 'empty element');
    store(parent!, element, frame.value);
  } else storePrimitive(frame, parent!, element);
}

function hasOnlyId(members: Members): boolean {
  for (const name in members) if (name !== 'id') return false;
  return true;
}

function store(parent: Frame, element: FhirElement, value: unknown): void {
  const { members } = parent;
  if (!element.many) members[element.name] = value;
  else if (members[element.name] === undefined) members[element.name] = [value];
  else (members[element.name] as unknown[]).push(value);
}

function storePrimitive(frame: Frame, parent: Frame, element: FhirElement): void {
  const { value, members: twin } = frame;
  const hasTwin = Object.keys(twin).length > 0;
  if (value === undefined && (!hasTwin || hasOnlyId(twin)))
    refuse(frame, 'has neither a value nor an extension');
  if (element.many) store(parent, element, value ?? null);
  else if (value !== undefined) parent.members[element.name] = value;
  if (!hasTwin) return;
  const name = `_${element.name}`;
  if (!element.many) {
    parent.members[name] = twin;
    return;
  }
  parent.members[name] ??= [];
  const twins = parent.members[name] as unknown[];
  while (twins.length < frame.index) twins.push(null);
  twins.push(twin);
  parent.extended ??= [];
  if (!parent.extended.includes(element.name)) parent.extended.push(element.name);
}

/** JSON keeps a list of primitives and the list of their extensions at equal length, filled up with nulls. */
function alignTwins({ members, extended }: Frame): void {
  for (const name of extended ?? []) {
    const values = members[name] as unknown[];
    const twins = members[`_${name}`] as unknown[];
    while (twins.length < values.length) twins.push(null);
    if (values.every((value) => value === null)) delete members[name];
  }
}
