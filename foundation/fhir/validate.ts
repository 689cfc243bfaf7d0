// Strict check of a JSON resource against the base tables of its FHIR version. spec: foundations §7.3 row 14, §9.8
//
// Like a strict parser: what stands in the resource must be FHIR. What is missing is the business of profiles.
import { isExact } from './decimals.ts';
import { pathText } from './element-path.ts';
import {
  type FhirElement,
  type FhirType,
  type FhirVersion,
  resourceDefinition,
  typeDefinition,
} from './elements.ts';
import { formatFault, primitiveTypeFault } from './primitives.ts';
import { safeName } from './syntax-error.ts';
import { xhtmlFault } from './xhtml.ts';

/** One thing wrong with a resource: where, and what, without any value of the resource. */
export type Problem = { path: string; reason: string };

type Members = Record<string, unknown>;
type Check = { readonly version: FhirVersion; readonly path: (string | number)[] };
type Problems = Generator<Problem, void>;

const mostProblems = 100;
const mostSteps = 128;

function problem(check: Check, reason: string): Problem {
  return { path: pathText(check.path), reason };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isExact(value);
}

/** The problems that `inner` finds one step further down the path. */
function* within(check: Check, step: string | number, inner: () => Problems): Problems {
  check.path.push(step);
  if (check.path.length > mostSteps) yield problem(check, 'nested too deeply');
  else yield* inner();
  check.path.pop();
}

function* resourceProblems(check: Check, value: unknown): Problems {
  const name = isObject(value) ? value.resourceType : undefined;
  const type = typeof name === 'string' ? resourceDefinition(check.version, name) : undefined;
  if (!isObject(value)) yield problem(check, 'must be one object');
  else if (type === undefined) yield problem(check, 'unknown resource type');
  else if (check.path.length > 0) yield* memberProblems(check, type, value);
  else yield* within(check, type.name, () => memberProblems(check, type, value));
}

function* memberProblems(check: Check, type: FhirType, members: Members): Problems {
  const choices = new Map<string, string>();
  let present = 0;
  for (const key of Object.keys(members)) {
    if (members[key] === undefined || (key === 'resourceType' && type.isResource)) continue;
    present += 1;
    yield* within(check, safeName(key), () => keyProblems(check, type, members, key, choices));
  }
  if (present === 0 && !type.isResource) yield problem(check, 'empty element');
}

function* keyProblems(
  check: Check,
  type: FhirType,
  members: Members,
  key: string,
  choices: Map<string, string>,
): Problems {
  const isTwin = key.startsWith('_');
  const element = type.elements.get(isTwin ? key.slice(1) : key);
  if (element === undefined || (isTwin && (element.form !== 'primitive' || element.attribute))) {
    yield problem(check, 'unknown element');
    return;
  }
  const { choice, name } = element;
  if (choice !== undefined && (choices.get(choice) ?? name) !== name) {
    yield problem(check, 'a choice has more than one value');
  }
  if (choice !== undefined) choices.set(choice, name);
  if (isTwin) yield* twinProblems(check, element, members[key]);
  else yield* elementProblems(check, element, members[key], members[`_${name}`]);
}

function* elementProblems(check: Check, element: FhirElement, value: unknown, twin: unknown): Problems {
  if (!element.many) {
    if (Array.isArray(value)) yield problem(check, 'must not be an array');
    else yield* oneProblems(check, element, value);
    return;
  }
  const twins = Array.isArray(twin) ? (twin as unknown[]) : [];
  yield* listProblems(check, value, function* (item, at) {
    if (item !== null || element.form !== 'primitive' || !isObject(twins[at])) {
      yield* oneProblems(check, element, item);
    }
  });
}

function* listProblems(
  check: Check,
  value: unknown,
  each: (item: unknown, at: number) => Problems,
): Problems {
  if (!Array.isArray(value)) yield problem(check, 'must be an array');
  else if (value.length === 0) yield problem(check, 'empty array');
  else for (const [at, item] of value.entries()) yield* within(check, at, () => each(item, at));
}

function* oneProblems(check: Check, element: FhirElement, value: unknown): Problems {
  if (value === null) yield problem(check, 'must not be null');
  else if (element.form === 'resource') yield* resourceProblems(check, value);
  else if (element.form === 'complex') yield* objectProblems(check, element.type, value);
  else {
    const fault = element.form === 'xhtml' ? narrativeFault(value) : primitiveFault(element, value);
    if (fault !== undefined) yield problem(check, fault);
  }
}

function* objectProblems(check: Check, typeName: string, value: unknown): Problems {
  if (!isObject(value)) yield problem(check, 'must be one object');
  else yield* memberProblems(check, typeDefinition(check.version, typeName)!, value);
}

function primitiveFault(element: FhirElement, value: unknown): string | undefined {
  const fault = primitiveTypeFault(element, value);
  if (fault !== undefined || typeof value !== 'string') return fault;
  return formatFault(element.type, value);
}

function narrativeFault(value: unknown): string | undefined {
  return typeof value === 'string' ? xhtmlFault(value) : 'must be a string';
}

/** The `_` twin of a primitive is an Element, or a list aligned with the values and filled up with nulls. */
function* twinProblems(check: Check, element: FhirElement, twin: unknown): Problems {
  if (!element.many) {
    yield* objectProblems(check, 'Element', twin);
    return;
  }
  yield* listProblems(check, twin, function* (item) {
    if (item !== null) yield* objectProblems(check, 'Element', item);
  });
}

/**
 * Checks a resource strictly against base FHIR: unknown elements and resource types, an array where one value belongs
 * and the reverse, JSON types and formats of primitives, empty things, two values of one choice. Missing elements
 * are not reported; of the rest, the first hundred.
 * @param type the resource type expected, when it matters
 */
export function validate(resource: unknown, type?: string, version: FhirVersion = 'STU3'): Problem[] {
  const problems = resourceProblems({ version, path: [] }, resource).take(mostProblems).toArray();
  if (type !== undefined && isObject(resource) && resource.resourceType !== type) {
    problems.push({ path: 'resourceType', reason: `must be ${type}` });
  }
  return problems;
}
