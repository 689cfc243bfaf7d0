// Which headers pass the router and which end at it. spec: foundations §6.3, national-service §3.5; RFC 9110 §7.6.1, RFC 7239

const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/** A `Connection` header may not be used to strip these on the way. */
const END_TO_END =
  /^(ssp-|authorization$|content-|accept|host$|cache-control$|forwarded$|gpc-|if-|prefer$|date$|etag$|location$)/;

/** Set by the router alone, never believed from outside. spec: national-service PUR-04 */
const OURS = new Set(['gpc-purpose']);

function namedByConnection(raw: readonly string[]): Set<string> {
  const named = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    if (raw[at]!.toLowerCase() !== 'connection') continue;
    for (const token of raw[at + 1]!.split(',')) {
      const name = token.trim().toLowerCase();
      if (name && !END_TO_END.test(name)) named.add(name);
    }
  }
  return named;
}

/** Header names and values, alternating, as they go to the provider: the client's, plus `Forwarded`, minus hop-by-hop. */
export function headersToProvider(
  raw: readonly string[],
  added: { readonly authority: string; readonly forwarded: string; readonly purpose?: string | undefined },
): string[] {
  const named = namedByConnection(raw);
  const passed = ['host', added.authority];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if (name === 'host' || name === 'expect' || OURS.has(name) || HOP_BY_HOP.has(name) || named.has(name))
      continue;
    passed.push(raw[at]!, raw[at + 1]!);
  }
  passed.push('Forwarded', added.forwarded);
  if (added.purpose) passed.push('GPC-Purpose', added.purpose);
  return passed;
}

/** Header names and values, alternating, as they go to the client: the provider's, plus those it did not set itself. */
export function headersToClient(
  raw: readonly string[],
  added: Readonly<Record<string, string>>,
  dropped: ReadonlySet<string> = new Set(),
): string[] {
  const named = namedByConnection(raw);
  const passed: string[] = [];
  const seen = new Set<string>();
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at]!.toLowerCase();
    if (HOP_BY_HOP.has(name) || named.has(name) || dropped.has(name)) continue;
    seen.add(name);
    passed.push(raw[at]!, raw[at + 1]!);
  }
  for (const [name, value] of Object.entries(added)) {
    if (!seen.has(name.toLowerCase())) passed.push(name, value);
  }
  return passed;
}

/** Discloses the caller (RFC 7239): `for=192.0.2.7;host="gpc.example.nhs.uk";proto=https`. */
export function forwardedElement(address: string | undefined, host: string | undefined): string {
  const plain = (address ?? 'unknown').replace(/^::ffff:/, '');
  const shown = plain.includes(':') ? `"[${plain}]"` : plain;
  const safeHost = host && /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? `;host="${host}"` : '';
  return `for=${shown}${safeHost};proto=https`;
}

/** How often a header stands in a request: `request.headers` hides repetitions. */
export function timesSent(raw: readonly string[], name: string): number {
  let times = 0;
  for (let at = 0; at < raw.length; at += 2) if (raw[at]!.toLowerCase() === name) times += 1;
  return times;
}

/** On every answer of the router, passed on or its own. spec: foundations §6.6, §8.4 */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Strict-Transport-Security': 'max-age=31536000; includeSubDomains',
  'Cache-Control': 'no-store',
};
