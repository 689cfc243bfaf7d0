// Strict check of a JSON resource against the base tables of its FHIR version. spec: foundations §7.3 row 14, §9.8
//
// Like a strict parser: what stands in the resource must be FHIR. What is missing is the business of profiles.
import { isExact } from './decimals.ts';
import { type PathSteps, pathText } from './element-path.ts';
import {
  type ElementDefinition,
  type FhirVersion,
  resourceDefinition,
  type TypeDefinition,
  typeDefinition,
} from './elements.ts';
import { formatFault, primitiveTypeFault } from './primitives.ts';
import { safeName } from './syntax-error.ts';
import { xhtmlFault } from './xhtml.ts';

/** One thing wrong with a resource: where, and what, without any value of the resource. */
export type Problem = { path: string; reason: string };

type Members = Record<string, unknown>;
type Check = { readonly version: FhirVersion; readonly problems: Problem[] };

const mostProblems = 100;
const mostSteps = 128;

function report(check: Check, path: PathSteps, reason: string): void {
  if (check.problems.length < mostProblems) check.problems.push({ path: pathText(path), reason });
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExact(value);
}

function checkResource(check: Check, value: unknown, path: PathSteps): void {
  if (!isObject(value)) {
    report(check, path, 'must be one object');
    return;
  }
  const name = value.resourceType;
  const type = typeof name === 'string' ? resourceDefinition(check.version, name) : undefined;
  if (type === undefined) {
    report(check, path, 'unknown resource type');
    return;
  }
  checkMembers(check, type, value, path.length === 0 ? [type.name] : path);
}

function checkMembers(check: Check, type: TypeDefinition, members: Members, path: PathSteps): void {
  if (path.length > mostSteps) {
    report(check, path.slice(0, 8), 'nested too deeply');
    return;
  }
  const choices = new Map<string, string>();
  let known = 0;
  for (const key of Object.keys(members)) {
    if (members[key] === undefined || (key === 'resourceType' && type.isResource)) continue;
    known += 1;
    const isTwin = key.startsWith('_');
    const element = type.elements.get(isTwin ? key.slice(1) : key);
    const step = [...path, safeName(key)];
    if (element === undefined || (isTwin && (element.form !== 'primitive' || element.attribute))) {
      report(check, step, 'unknown element');
      continue;
    }
    if (element.choice !== undefined) {
      const other = choices.get(element.choice);
      if (other !== undefined && other !== element.name)
        report(check, step, 'a choice has more than one value');
      choices.set(element.choice, element.name);
    }
    if (isTwin) checkTwin(check, element, members, step);
    else checkElement(check, element, members, step);
  }
  if (known === 0 && !type.isResource) report(check, path, 'empty element');
}

function checkElement(check: Check, element: ElementDefinition, members: Members, path: PathSteps): void {
  const value = members[element.name];
  if (!element.many) {
    if (Array.isArray(value)) {
      report(check, path, 'must not be an array');
      return;
    }
    checkOne(check, element, value, path);
    return;
  }
  if (!Array.isArray(value)) {
    report(check, path, 'must be an array');
    return;
  }
  if (value.length === 0) {
    report(check, path, 'empty array');
    return;
  }
  const twins = members[`_${element.name}`];
  for (let at = 0; at < value.length; at += 1) {
    const hasTwin = Array.isArray(twins) && isObject(twins[at]);
    if (value[at] === null && element.form === 'primitive' && hasTwin) continue;
    checkOne(check, element, value[at], [...path, at]);
  }
}

function checkOne(check: Check, element: ElementDefinition, value: unknown, path: PathSteps): void {
  if (value === null) {
    report(check, path, 'must not be null');
    return;
  }
  if (element.form === 'resource') {
    checkResource(check, value, path);
    return;
  }
  if (element.form === 'complex') {
    if (!isObject(value)) {
      report(check, path, 'must be one object');
      return;
    }
    checkMembers(check, typeDefinition(check.version, element.type)!, value, path);
    return;
  }
  const fault = element.form === 'xhtml' ? narrativeFault(value) : primitiveFault(element, value);
  if (fault !== undefined) report(check, path, fault);
}

function primitiveFault(element: ElementDefinition, value: unknown): string | undefined {
  const fault = primitiveTypeFault(element, value);
  if (fault !== undefined || typeof value !== 'string') return fault;
  return formatFault(element.type, value);
}

function narrativeFault(value: unknown): string | undefined {
  return typeof value === 'string' ? xhtmlFault(value) : 'must be a string';
}

/** Checks the `_` twin of a primitive: an Element, or a list aligned with the values and filled with nulls. */
function checkTwin(check: Check, element: ElementDefinition, members: Members, path: PathSteps): void {
  const twin = members[`_${element.name}`];
  const extension = typeDefinition(check.version, 'Element')!;
  const checkTwinOne = (value: unknown, at: PathSteps): void => {
    if (!isObject(value)) {
      report(check, at, 'must be one object');
      return;
    }
    checkMembers(check, extension, value, at);
  };
  if (!element.many) {
    checkTwinOne(twin, path);
    return;
  }
  if (!Array.isArray(twin)) {
    report(check, path, 'must be an array');
    return;
  }
  if (twin.length === 0) {
    report(check, path, 'empty array');
    return;
  }
  twin.forEach((value: unknown, at) => {
    if (value !== null) checkTwinOne(value, [...path, at]);
  });
}

/**
 * Checks a resource strictly against base FHIR: unknown elements and resource types, an array where one value belongs
 * and the reverse, JSON types and formats of primitives, empty things, two values of one choice. Missing elements
 * are not reported. At most 100 problems are.
 * @param type the resource type expected, when it matters
 */
export function validate(resource: unknown, type?: string, version: FhirVersion = 'STU3'): Problem[] {
  const check: Check = { version, problems: [] };
  checkResource(check, resource, []);
  if (
    type !== undefined &&
    isObject(resource) &&
    resource.resourceType !== type &&
    check.problems.length === 0
  ) {
    report(check, ['resourceType'], `must be ${type}`);
  }
  return check.problems;
}
