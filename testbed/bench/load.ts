// What the load generator (roles/load.ts) is asked for and answers.

export interface LoadTask {
  /** `https://localhost:port` */
  readonly origin: string;
  readonly servername?: string;
  readonly path: string;
  readonly method: 'GET' | 'POST';
  /** `ssp-traceid` is made anew for each request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly connections: number;
  readonly seconds: number;
  /** At least so many requests, however long they take. */
  readonly atLeast?: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Bytes of one answer's body. */
  readonly bytes: number;
  /** Milliseconds to the first byte of the body. */
  readonly first: { readonly p50: number; readonly p99: number };
  /** Milliseconds to the last byte. */
  readonly last: { readonly p50: number; readonly p99: number };
}
