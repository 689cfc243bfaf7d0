// Fields of a posted form or a query, as texts.

/** Fields of a posted form or a query; repeated ones count by their last. */
export type Fields = Readonly<Partial<Record<string, string>>>;

export function fieldsOf(source: unknown): Fields {
  if (!source || typeof source !== 'object') return {};
  const entries = Object.entries(source).flatMap(([name, value]): [string, string][] => {
    const text: unknown = Array.isArray(value) ? value.at(-1) : value;
    return typeof text === 'string' ? [[name, text]] : [];
  });
  return Object.fromEntries(entries);
}

/** Every value of a field that may be given several times, such as a list of tick boxes. */
export function valuesOf(source: unknown, name: string): readonly string[] {
  if (!source || typeof source !== 'object') return [];
  const value = (source as Record<string, unknown>)[name];
  return [value].flat().filter((each): each is string => typeof each === 'string');
}
