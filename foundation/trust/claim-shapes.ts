// Looking into claims whose shape nobody has checked yet.

/** A non-blank string, else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** An object that is not an array, else undefined. */
export function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** The first entry of an array, else undefined. */
export function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

/** Absent, null, blank, `[]` or `{}`. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (typeof value === 'object') return Object.keys(value).length === 0;
  return false;
}

/** The value of the first identifier in one of the systems that has one. */
export function identifierValue(resource: unknown, systems: readonly string[]): string | undefined {
  const identifiers = objectOf(resource)?.identifier;
  if (!Array.isArray(identifiers)) return undefined;
  for (const entry of identifiers) {
    const identifier = objectOf(entry);
    const value = textOf(identifier?.value);
    if (value !== undefined && systems.includes(String(identifier?.system))) return value;
  }
  return undefined;
}
