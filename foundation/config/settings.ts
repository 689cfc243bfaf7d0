// Reads settings from a file and the environment and checks them against a schema before anything starts.
// `gateway.port` in the file is `GPC_GATEWAY_PORT` in the environment; camelCase breaks into words.
import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Everything that is wrong with the settings, one line each. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];
  constructor(faults: readonly string[]) {
    super(`The configuration cannot be used:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

export interface SettingDescription {
  /** Dotted path in the file. */
  path: string;
  /** Name of the environment variable that overrides it. */
  variable: string;
  type: string;
  default: string;
  description: string;
}

/**
 * Settings from `file` (JSON, optional), overridden by environment variables, checked by `schema`.
 * @throws ConfigurationError listing every fault: unreadable file, unknown keys, wrong values.
 */
export function loadSettings<Schema extends z.ZodObject>(
  schema: Schema,
  source: { file?: string | undefined; env?: NodeJS.ProcessEnv; prefix?: string },
): z.infer<Schema> {
  const settings = source.file ? readFile(source.file) : {};
  for (const leaf of leaves(schema)) {
    const raw = source.env?.[variableName(leaf.path, source.prefix)];
    if (raw !== undefined && raw !== '') setAt(settings, leaf.path, fromText(raw, leaf.type));
  }
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(
    parsed.error.issues.map((issue) => {
      const path = issue.path.map(String);
      const where = path.length ? `${path.join('.')} (${variableName(path, source.prefix)})` : 'file';
      return `${where}: ${issue.message}`;
    }),
  );
}

/** Every setting of a schema, for the page that documents them. */
export function describeSettings(schema: z.ZodObject, prefix?: string): SettingDescription[] {
  return leaves(schema).map((leaf) => ({
    path: leaf.path.join('.'),
    variable: variableName(leaf.path, prefix),
    type: leaf.type,
    default: leaf.default === undefined ? '' : JSON.stringify(leaf.default),
    description: leaf.description,
  }));
}

interface Leaf {
  path: string[];
  type: string;
  default: unknown;
  description: string;
}

function leaves(schema: z.ZodObject, path: string[] = []): Leaf[] {
  const found: Leaf[] = [];
  for (const [key, field] of Object.entries(schema.shape)) {
    const here = [...path, key];
    let inner = field as z.ZodType;
    let fallback: unknown;
    let description = inner.description ?? '';
    while (
      inner instanceof z.ZodOptional ||
      inner instanceof z.ZodDefault ||
      inner instanceof z.ZodPrefault
    ) {
      if (inner instanceof z.ZodDefault) fallback = inner.def.defaultValue;
      inner = inner.unwrap() as z.ZodType;
      description ||= inner.description ?? '';
    }
    if (inner instanceof z.ZodObject) found.push(...leaves(inner, here));
    else found.push({ path: here, type: inner.def.type, default: fallback, description });
  }
  return found;
}

function variableName(path: readonly string[], prefix = 'GPC'): string {
  return [prefix, ...path.map((part) => part.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase())].join('_');
}

function readFile(file: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigurationError([`${file}: cannot be read (${(error as NodeJS.ErrnoException).code})`]);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (value && typeof value === 'object' && !Array.isArray(value)) return value as Record<string, unknown>;
    throw new SyntaxError('the file must hold one JSON object');
  } catch (error) {
    throw new ConfigurationError([`${file}: not usable as JSON (${(error as Error).message})`]);
  }
}

function fromText(raw: string, type: string): unknown {
  if (type === 'number' && /^-?\d+(\.\d+)?$/.test(raw)) return Number(raw);
  if (type === 'boolean' && /^(true|false)$/i.test(raw)) return raw.toLowerCase() === 'true';
  if (type === 'array')
    return raw.startsWith('[') ? JSON.parse(raw) : raw.split(',').map((part) => part.trim());
  if (type === 'record') return JSON.parse(raw);
  return raw;
}

function setAt(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let node = target;
  for (const part of path.slice(0, -1)) {
    const next = node[part];
    if (next && typeof next === 'object') node = next as Record<string, unknown>;
    else node = node[part] = {} as Record<string, unknown>;
  }
  node[path.at(-1)!] = value;
}
