// A limit of requests per application: so many at once, refilled evenly. spec: foundations §16, §17 (429, Retry-After)

export interface RateLimit {
  /** Seconds to wait before the next request of the application, or 0 where this one may go on. */
  take(application: string): number;
}

/** `requests` in `perSeconds`; 0 requests means no limit. `clock`: milliseconds. */
export function createRateLimit(requests: number, perSeconds: number, clock: () => number): RateLimit {
  if (requests <= 0) return { take: () => 0 };
  const perMs = requests / (perSeconds * 1000);
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    take(application) {
      const now = clock();
      const bucket = buckets.get(application) ?? { tokens: requests, at: now };
      bucket.tokens = Math.min(requests, bucket.tokens + (now - bucket.at) * perMs);
      bucket.at = now;
      buckets.set(application, bucket);
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perMs / 1000);
      bucket.tokens -= 1;
      return 0;
    },
  };
}
