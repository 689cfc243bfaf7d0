// Repeating elements as lists, whatever the compiler's types say. spec: access-record-structured §11

/** The types let some repeating elements stand alone; on the wire they are lists. */
export function listOf<Element>(value: Element | readonly Element[] | undefined): readonly Element[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Element[]) : [value as Element];
}
