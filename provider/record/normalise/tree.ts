// Walks a resource by its element definitions and applies the rules for values, extensions, references and shape.
// Elements FHIR does not know are left for the structure check to name. spec: access-record-structured §18
import { resourceDefinition, typeDefinition } from '@gp-connect/foundation/fhir';
import { isObject, type Json, type ResourceJson } from '../json.ts';
import type { ElementDefinition, TypeDefinition } from './definitions.ts';
import { extensionAddress } from './extensions.ts';
import { valueRules } from './primitives.ts';
import { type FullUrls, normaliseAttachment, normaliseReference } from './references.ts';

/** Told of each change: the rule and the element path. */
export type Noted = (rule: string, path: string) => void;

const MOST_LEVELS = 64;

/** Applies the element rules to a resource in place. */
export function normaliseTree(resource: ResourceJson, fullUrls: FullUrls, noted: Noted): void {
  const type = resourceDefinition('STU3', resource.resourceType);
  if (type) walk(resource, type, resource.resourceType, { fullUrls, noted, level: 0 });
}

interface Walk {
  fullUrls: FullUrls;
  noted: Noted;
  level: number;
}

function walk(node: Json, type: TypeDefinition, path: string, on: Walk): void {
  if (on.level > MOST_LEVELS) return;
  for (const name of Object.keys(node)) {
    const value = node[name];
    const at = `${path}.${name}`;
    if (isEmpty(value)) {
      delete node[name];
      on.noted('empty-element', at);
      continue;
    }
    const element = type.elements.get(name.startsWith('_') ? name.slice(1) : name);
    if (!element || name === 'resourceType') continue;
    if (name.startsWith('_')) descend(value, 'Element', at, on);
    else node[name] = normaliseElement(shaped(value, element, at, on), element, at, on);
    if (isEmpty(node[name])) delete node[name];
  }
  if (type.name === 'Extension' && typeof node.url === 'string') {
    const right = extensionAddress(node.url);
    if (right) {
      node.url = right.url;
      on.noted(right.rule, `${path}.url`);
    }
  }
  const rule =
    type.name === 'Reference'
      ? normaliseReference(node, on.fullUrls)
      : type.name === 'Attachment'
        ? normaliseAttachment(node)
        : undefined;
  if (rule) on.noted(rule, path);
}

/** One value in an array, or an array of one, as the cardinality has it. */
function shaped(value: unknown, element: ElementDefinition, path: string, on: Walk): unknown {
  if (element.many && !Array.isArray(value)) {
    on.noted('single-for-many', path);
    return [value];
  }
  if (!element.many && Array.isArray(value) && value.length === 1) {
    on.noted('many-for-single', path);
    return value[0];
  }
  return value;
}

function normaliseElement(value: unknown, element: ElementDefinition, path: string, on: Walk): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item, at) => normaliseElement(item, element, `${path}[${at}]`, on));
    // Primitives keep their places: an element's twin array is aligned with them.
    if (element.form === 'primitive') return items;
    const kept = items.filter((item) => !isEmpty(item));
    if (kept.length < items.length) on.noted('empty-element', path);
    return kept;
  }
  if (typeof value === 'string') return normaliseValue(value, element, path, on);
  if (element.form === 'complex' || element.form === 'resource') descend(value, element.type, path, on);
  return value;
}

function normaliseValue(given: string, element: ElementDefinition, path: string, on: Walk): unknown {
  let value: unknown = given;
  for (const rule of valueRules) {
    if (typeof value !== 'string') break;
    const right = rule.apply(value, element);
    if (right === undefined) continue;
    value = right;
    on.noted(rule.name, path);
  }
  return value;
}

function descend(value: unknown, typeName: string, path: string, on: Walk): void {
  if (Array.isArray(value)) {
    for (const [at, item] of value.entries()) descend(item, typeName, `${path}[${at}]`, on);
    return;
  }
  if (!isObject(value) || Object.getPrototypeOf(value) === null) return;
  const type =
    typeName === 'Resource'
      ? resourceDefinition('STU3', String(value.resourceType))
      : typeDefinition('STU3', typeName);
  on.level++;
  if (type) walk(value, type, path, on);
  on.level--;
}

function isEmpty(value: unknown): boolean {
  if (value === '' || value === null || value === undefined) return true;
  if (Array.isArray(value)) return value.length === 0 || value.every((item) => isEmpty(item));
  // A number kept as written has no enumerable surprise but is never empty.
  return isObject(value) && Object.getPrototypeOf(value) !== null && Object.keys(value).length === 0;
}
