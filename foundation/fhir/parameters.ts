// Reading a Parameters resource, without any opinion on which names are known.
// spec: access-record-structured §3.1, §3.3
import { isExact } from './decimals.ts';
import { FhirSyntaxError } from './syntax-error.ts';
import type { Resource } from './types.ts';

/** The value of a parameter: `key` as written (`valueBoolean`), `type` without `value` (`Boolean`). */
export type ParameterValue = { key: string; type: string; value: unknown };

export type ReadParameter = {
  name: string;
  /** Element path (`Parameters.parameter[1].part[0]`), for error reports. */
  path: string;
  value: ParameterValue | undefined;
  resource: Resource | undefined;
  parts: ReadParameter[];
};

type Members = Record<string, unknown>;
const deepest = 16;

function objectAt(value: unknown, path: string): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || isExact(value)) {
    throw new FhirSyntaxError(path, 'must be one object');
  }
  return value as Members;
}

function listAt(value: unknown, path: string): unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw new FhirSyntaxError(path, 'must be an array');
  return value;
}

function parameterValue(members: Members, path: string): ParameterValue | undefined {
  const keys = Object.keys(members).filter((key) => /^value[A-Z]/.test(key) && members[key] !== undefined);
  if (keys.length > 1) throw new FhirSyntaxError(path, 'a choice has more than one value');
  const key = keys[0];
  return key === undefined ? undefined : { key, type: key.slice('value'.length), value: members[key] };
}

function readOne(value: unknown, path: string, depth: number): ReadParameter {
  const members = objectAt(value, path);
  if (typeof members.name !== 'string' || members.name === '') {
    throw new FhirSyntaxError(`${path}.name`, 'must be a string');
  }
  if (depth > deepest) throw new FhirSyntaxError(path, 'nested too deeply');
  const resource = members.resource;
  return {
    name: members.name,
    path,
    value: parameterValue(members, path),
    resource:
      resource === undefined ? undefined : (objectAt(resource, `${path}.resource`) as unknown as Resource),
    parts: listAt(members.part, `${path}.part`).map((part, at) =>
      readOne(part, `${path}.part[${at}]`, depth + 1),
    ),
  };
}

/**
 * The parameters of a Parameters resource, in order, each with its value, resource and parts. Repeated and unknown
 * names are all yielded.
 * @throws FhirSyntaxError when the resource is not a Parameters or its structure is broken
 */
export function* readParameters(resource: unknown): Generator<ReadParameter> {
  const members = objectAt(resource, '');
  if (members.resourceType !== 'Parameters') throw new FhirSyntaxError('', 'must be Parameters');
  const list = listAt(members.parameter, 'Parameters.parameter');
  for (let at = 0; at < list.length; at += 1) yield readOne(list[at], `Parameters.parameter[${at}]`, 0);
}
