// Token buckets in memory, one for each client product, organisation, user and practice. spec: national-service RTE-20, VOL-08

export interface RateLimit {
  /** Requests a second, long run. */
  readonly perSecond: number;
  /** Requests at once after a quiet time. */
  readonly burst: number;
}

export type RateLimitKind = 'product' | 'organisation' | 'user' | 'practice';

export type RateLimitSettings = Readonly<Record<RateLimitKind, RateLimit>>;

export interface RateVerdict {
  readonly allowed: boolean;
  /** The bucket with the least left. */
  readonly kind: RateLimitKind;
  readonly limit: number;
  readonly remaining: number;
  /** Seconds until that bucket is full again. */
  readonly resetSeconds: number;
  /** Seconds until one more request passes; 0 when allowed. */
  readonly retryAfterSeconds: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

const SWEEP_ABOVE = 20_000;

export interface RateLimits {
  /** Takes one token from every bucket named, or from none of them. */
  take(keys: Readonly<Partial<Record<RateLimitKind, string>>>): RateVerdict | null;
}

/** `now` in milliseconds, never going back. */
export function createRateLimits(settings: RateLimitSettings, now: () => number): RateLimits {
  const buckets = new Map<string, Bucket>();

  const filled = (kind: RateLimitKind, key: string, at: number): Bucket => {
    const { perSecond, burst } = settings[kind];
    const name = `${kind}\n${key}`;
    let bucket = buckets.get(name);
    if (!bucket) {
      bucket = { tokens: burst, at };
      buckets.set(name, bucket);
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    return bucket;
  };

  const sweep = (at: number): void => {
    for (const [name, bucket] of buckets) {
      const { perSecond, burst } = settings[name.slice(0, name.indexOf('\n')) as RateLimitKind];
      if (bucket.tokens + ((at - bucket.at) / 1000) * perSecond >= burst) buckets.delete(name);
    }
  };

  return {
    take(keys) {
      const at = now();
      if (buckets.size > SWEEP_ABOVE) sweep(at);
      const asked = (Object.entries(keys) as [RateLimitKind, string][]).map(([kind, key]) => ({
        kind,
        bucket: filled(kind, key, at),
      }));
      const tightest = asked.toSorted((a, b) => a.bucket.tokens - b.bucket.tokens)[0];
      if (!tightest) return null;
      const allowed = tightest.bucket.tokens >= 1;
      if (allowed) for (const { bucket } of asked) bucket.tokens -= 1;
      const { perSecond, burst } = settings[tightest.kind];
      return {
        allowed,
        kind: tightest.kind,
        limit: burst,
        remaining: Math.max(0, Math.floor(tightest.bucket.tokens)),
        resetSeconds: Math.ceil((burst - tightest.bucket.tokens) / perSecond),
        retryAfterSeconds: allowed ? 0 : Math.max(1, Math.ceil((1 - tightest.bucket.tokens) / perSecond)),
      };
    },
  };
}

/** The rate headers of an answer. spec: foundations §6.3 */
export function rateHeaders(verdict: RateVerdict | null): Record<string, string> {
  if (!verdict) return {};
  return {
    'X-Rate-Limit-Limit': String(verdict.limit),
    'X-Rate-Limit-Remaining': String(verdict.remaining),
    'X-Rate-Limit-Reset': String(verdict.resetSeconds),
  };
}
