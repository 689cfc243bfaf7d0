// The query of `/Device` and `/Endpoint`: parameters, their systems, allowed combinations. spec: foundations §16
import { system } from '@gp-connect/foundation/nhs';
import { sdsBadRequest } from './sds-errors.ts';

export interface SdsQuery {
  organisation: string | null;
  interaction: string | null;
  partyKey: string | null;
  manufacturer: string | null;
}

type Field = keyof SdsQuery;
const allowed: Readonly<
  Record<'Device' | 'Endpoint', Readonly<Record<string, readonly (readonly [string, Field])[]>>>
> = {
  Device: {
    organization: [[system.odsOrganisation, 'organisation']],
    identifier: [
      [system.interaction, 'interaction'],
      [system.partyKey, 'partyKey'],
    ],
    'manufacturing-organization': [[system.odsOrganisation, 'manufacturer']],
  },
  Endpoint: {
    organization: [[system.odsOrganisation, 'organisation']],
    identifier: [
      [system.interaction, 'interaction'],
      [system.partyKey, 'partyKey'],
    ],
  },
};

/** @throws SdsRefusal 400, in the contract's order: unknown parameter, value prefixes, required or combination. */
export function parseSdsQuery(resource: 'Device' | 'Endpoint', query: URLSearchParams): SdsQuery {
  const table = allowed[resource];
  for (const name of query.keys()) {
    if (!Object.hasOwn(table, name)) throw sdsBadRequest(`Illegal query parameter '${name}'`);
  }
  const found: SdsQuery = { organisation: null, interaction: null, partyKey: null, manufacturer: null };
  for (const [name, systems] of Object.entries(table)) {
    for (const value of query.getAll(name)) {
      const bar = value.indexOf('|');
      const match = systems.find(([uri]) => bar >= 0 && value.slice(0, bar) === uri);
      const rest = value.slice(bar + 1).trim();
      if (!match || !rest) throw missing(name, systems);
      found[match[1]] = rest;
    }
  }
  checkRequired(resource, found);
  return found;
}

function checkRequired(resource: 'Device' | 'Endpoint', found: SdsQuery): void {
  const table = allowed[resource];
  if (resource === 'Device') {
    if (found.organisation === null) throw missing('organization', table.organization!);
    if (found.interaction === null) throw missing('identifier', [table.identifier![0]!]);
    return;
  }
  const given = [found.organisation, found.interaction, found.partyKey].filter((value) => value !== null);
  if (given.length >= 2) return;
  if (found.organisation === null) throw missing('organization', table.organization!);
  throw missing('identifier', table.identifier!);
}

function missing(name: string, systems: readonly (readonly [string, Field])[]) {
  const forms = systems.map(([uri]) => `'${name}=${uri}|value'`).join(' or ');
  return sdsBadRequest(`Missing or invalid '${name}' query parameter. Should be ${forms}`);
}
