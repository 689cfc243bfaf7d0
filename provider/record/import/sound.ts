// A quick look that passes what is plainly sound STU3, so that the full check, which names faults, is only asked about
// the rest: ten times faster on real records. False is no verdict, only a reason to look closer.
import { formatFault, resourceDefinition, typeDefinition } from '@gp-connect/foundation/fhir';
import { isObject, type Json, type ResourceJson } from '../json.ts';
import type { ElementDefinition, TypeDefinition } from '../normalise/definitions.ts';

/** Whether the structure is sound beyond doubt. Texts were looked at when the document was read. */
export function isPlainlySound(resource: ResourceJson): boolean {
  const type = resourceDefinition('STU3', resource.resourceType);
  return type !== undefined && members(resource, type, 0);
}

const MOST_LEVELS = 32;

function members(node: Json, type: TypeDefinition, level: number): boolean {
  if (level > MOST_LEVELS) return false;
  let choices: Map<string, string> | undefined;
  let any = false;
  for (const name in node) {
    const value = node[name];
    if (name === 'resourceType' && type.isResource) continue;
    const element = type.elements.get(name);
    if (element === undefined || value === undefined) return false;
    if (element.choice !== undefined) {
      choices ??= new Map();
      if (choices.has(element.choice)) return false;
      choices.set(element.choice, name);
    }
    any = true;
    if (!soundElement(value, element, level)) return false;
  }
  return any || type.isResource;
}

function soundElement(value: unknown, element: ElementDefinition, level: number): boolean {
  if (!element.many) return soundValue(value, element, level);
  if (!Array.isArray(value) || value.length === 0) return false;
  for (const item of value) if (!soundValue(item, element, level)) return false;
  return true;
}

/** Types whose form is checked by a pattern; days are real days. */
const patterned: ReadonlySet<string> = new Set([
  'date',
  'dateTime',
  'instant',
  'time',
  'oid',
  'uuid',
  'base64Binary',
]);
const text: ReadonlySet<string> = new Set(['string', 'markdown']);
const unspaced: ReadonlySet<string> = new Set(['uri', 'url', 'canonical', 'id']);

function soundValue(value: unknown, element: ElementDefinition, level: number): boolean {
  if (element.form === 'complex') {
    if (!isObject(value)) return false;
    const type = typeDefinition('STU3', element.type);
    return type !== undefined && members(value, type, level + 1);
  }
  if (element.form !== 'primitive') return false;
  const { type } = element;
  if (typeof value === 'string') {
    if (value === '') return false;
    if (text.has(type)) return true;
    if (unspaced.has(type)) return !/\s/.test(value);
    if (type === 'code') return value.trim() === value && !/\s\s/.test(value);
    return patterned.has(type) && formatFault(type, value) === undefined;
  }
  if (typeof value === 'boolean') return type === 'boolean';
  if (typeof value !== 'number') return false;
  return (
    type === 'decimal' || (Number.isSafeInteger(value) && value > 0 && value < 2 ** 31 && integers.has(type))
  );
}

const integers: ReadonlySet<string> = new Set(['integer', 'unsignedInt', 'positiveInt']);
