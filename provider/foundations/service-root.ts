// Which practice, which capability server and which FHIR request a URL path means. spec: foundations §3
import type { CapabilityServer } from '@gp-connect/foundation/nhs';

/** Routing segments this deployment chose, per capability server, e.g. `gpconnect/structured/fhir`. */
export type RoutingSegments = Readonly<Record<'foundations' | 'structured' | 'documents', string>>;

export interface Address {
  /** ODS code as it stands in the path: the only thing a provider may route on. */
  readonly ods: string;
  readonly server: CapabilityServer;
  /** `/{ODS}/STU3/1/{segment}` */
  readonly root: string;
  /** The FHIR request under the root, with its leading slash; empty for the root itself. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** The address a raw request target means, or null where it lies under no service root. Case matters throughout. */
export function addressOf(target: string, segments: RoutingSegments): Address | null {
  const [rawPath = '', ...rest] = target.split('?');
  const match = /^\/([A-Za-z0-9]{1,12})\/STU3\/1(\/.*)$/.exec(rawPath);
  if (!match) return null;
  const [, ods, tail] = match as unknown as [string, string, string];
  // The longest segment wins: `gpconnect/structured` lies under `gpconnect`.
  const servers = (Object.keys(segments) as (keyof RoutingSegments)[]).sort(
    (a, b) => segments[b].length - segments[a].length,
  );
  for (const server of servers) {
    const prefix = `/${segments[server]}`;
    if (tail !== prefix && !tail.startsWith(`${prefix}/`)) continue;
    const path = decodePath(tail.slice(prefix.length));
    if (path === null) return null;
    const root = `/${ods}/STU3/1${prefix}`;
    return { ods, server, root, path, query: new URLSearchParams(rest.join('?')) };
  }
  return null;
}

/** `%24gpc.getstructuredrecord` is `$gpc.getstructuredrecord`; an encoded slash never makes a new segment. */
function decodePath(path: string): string | null {
  try {
    return /%2f/i.test(path) ? null : decodeURIComponent(path);
  } catch {
    return null;
  }
}
