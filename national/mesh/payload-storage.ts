// Where payloads rest, encrypted already: a folder, or S3-compatible object storage. spec: mesh §7, design §5

export interface StoredObject {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

export interface PayloadStorage {
  /**
   * Stores a stream of lent pieces (each good until the next is asked for) under a new name; resolves once it is
   * durable, and leaves nothing behind where it fails.
   */
  write(name: string, source: AsyncIterable<Uint8Array>): Promise<void>;
  /** Lent pieces. */
  read(name: string): AsyncIterable<Uint8Array>;
  /** Removes for good; that there is no such object is no error. */
  remove(name: string): Promise<void>;
  list(): AsyncIterable<StoredObject>;
}

/** `{yyyyMMdd}/{random}`: says nothing about the message it belongs to. */
export function objectName(now: number, random: string): string {
  return `${new Date(now).toISOString().slice(0, 10).replaceAll('-', '')}/${random}`;
}
