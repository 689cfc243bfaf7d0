// The sending system as the envelope names it, and ranges of its versions. spec: mesh §3.1, §8 C2; national-service UPD-07
import { versionInRange } from '@gp-connect/foundation/nhs';

export interface SenderProduct {
  readonly name: string;
  readonly version: string | null;
}

const LONGEST = 100;

/**
 * The sending system: `User-Agent` of a MESH client (`app/1.2.3;mesh_client;…` or `app;mesh_client;1.2.3;…`), else the
 * mailbox's last `Mex-ClientVersion` (`app==1.2.3`), else a plain `User-Agent` (`app/1.2.3`). Undefined where none
 * names one.
 */
export function senderProduct(
  userAgent: string | undefined,
  clientVersion: string | null | undefined,
): SenderProduct | undefined {
  const agent = userAgent ?? '';
  return ofMeshClient(agent) ?? nameAndVersion(clientVersion ?? '') ?? nameAndVersion(agent);
}

function ofMeshClient(userAgent: string): SenderProduct | undefined {
  const [app, client, version] = userAgent.split(';').map((part) => part.trim());
  if (!app || client?.toLowerCase() !== 'mesh_client') return undefined;
  return nameAndVersion(app) ?? named(app, version);
}

function nameAndVersion(text: string): SenderProduct | undefined {
  const [, name, version] = /^([^;=/]+)(?:==|\/)([^\s;]+)/.exec(text) ?? [];
  return named(name, version);
}

function named(name: string | undefined, version: string | undefined): SenderProduct | undefined {
  const product = name?.trim();
  if (!product || product.length > LONGEST) return undefined;
  return { name: product, version: version && version.length <= LONGEST ? version : null };
}

/** Whether a version lies in a range such as `>=3.1.0 <3.1.4 || =4.0`. An unknown version may be any: it does. */
export function versionMatches(version: string | null, range: string): boolean {
  const dotted = /^v?(\d+(?:\.\d+)*)/.exec(version ?? '')?.[1];
  return dotted === undefined || versionInRange(dotted, range);
}
