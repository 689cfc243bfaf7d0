// The three ways in, told apart by the raw request target, byte for byte. spec: foundations §6.1, national-service §3.1

export type RequestTarget =
  | { readonly mode: 'health' }
  /** Mode A: the provider's URL after the first slash, exactly as it came. */
  | { readonly mode: 'proxy'; readonly url: string }
  /** Mode B: `/{ODS}/STU3/1/gpconnect/…`; `rest` begins with `/` and keeps its query. */
  | { readonly mode: 'practice'; readonly ods: string; readonly server: string; readonly rest: string }
  /** Mode C: `/patient/…`. */
  | { readonly mode: 'patient'; readonly operation: string }
  | { readonly mode: 'unknown' };

const PRACTICE =
  /^\/([A-Za-z0-9]{3,12})\/(STU3\/1|DSTU2\/[01])\/gpconnect\/(structured\/|documents\/)?fhir(\/.*)$/;
const PATIENT = /^\/[Pp]atient\/([A-Za-z$./_]{1,80})$/;

/** Reads a raw request target (`request.url`). Nothing in it is decoded or re-encoded. */
export function readRequestTarget(raw: string): RequestTarget {
  if (raw === '/health') return { mode: 'health' };
  if (raw.startsWith('/https://')) return { mode: 'proxy', url: raw.slice(1) };
  const patient = PATIENT.exec(raw);
  if (patient) return { mode: 'patient', operation: patient[1]! };
  const practice = PRACTICE.exec(raw);
  if (practice) {
    const [, ods, version, segment, rest] = practice;
    const server = version!.startsWith('DSTU2') ? 'html' : segment ? segment.slice(0, -1) : 'foundations';
    return { mode: 'practice', ods: ods!.toUpperCase(), server, rest: rest! };
  }
  return { mode: 'unknown' };
}

/** One trailing slash dropped: published records contain it. spec: foundations §3 */
export function serviceRoot(registered: string): string {
  const trimmed = registered.trim();
  return trimmed.endsWith('/') ? trimmed.slice(0, -1) : trimmed;
}

/** What follows the registered endpoint in a target URL, or null where the target is not under it. */
export function pathUnder(registered: string, url: string): string | null {
  const root = serviceRoot(registered);
  if (root === '' || !url.startsWith(root)) return null;
  const rest = url.slice(root.length);
  return rest === '' || rest[0] === '/' || rest[0] === '?' ? rest : null;
}

/** `https://host:port` of a URL, as it is written. */
export function originOf(url: string): string {
  return /^https:\/\/[^/?#]+/.exec(url)?.[0] ?? '';
}

/** The path of a FHIR request without its query. */
export function withoutQuery(rest: string): string {
  const query = rest.indexOf('?');
  return query === -1 ? rest : rest.slice(0, query);
}
