// What mode C asks PDS and SDS for, afresh for each request. spec: national-service §3.4, RTE-05…RTE-09; foundations §16, §17
import { randomUUID } from 'node:crypto';
import { system } from '@gp-connect/foundation/nhs';
import type { DirectoryHttp } from './directory-access.ts';
import { type PdsFinding, readPdsAnswer } from './pds-answer.ts';
import { serviceRoot } from './request-target.ts';

/** Who asks and under which ids, for the headers of every look-up. */
export interface LookupContext {
  readonly odsFrom: string;
  /** The client's `X-Correlation-ID`, else its trace id. */
  readonly correlation: string;
}

export interface FoundEndpoint {
  readonly root: string;
  readonly partyKey: string;
}

/** `missing`: not registered. `fault`: registered, but not so that one answer follows (RTE-07, RTE-12i). */
export type Found<T> =
  | { readonly found: true; readonly value: T }
  | { readonly found: false; readonly fault: boolean };

export interface DirectoryLookup {
  patient(nhsNumber: string, context: LookupContext): Promise<PdsFinding>;
  /** Service root and party key of a practice for one interaction. `supplier` settles between several. */
  endpoint(
    practice: string,
    interaction: string,
    supplier: string | undefined,
    context: LookupContext,
  ): Promise<Found<FoundEndpoint>>;
  providerAsid(
    practice: string,
    interaction: string,
    partyKey: string,
    supplier: string | undefined,
    context: LookupContext,
  ): Promise<Found<string>>;
  consumerAsid(
    ods: string,
    interaction: string,
    supplier: string,
    context: LookupContext,
  ): Promise<Found<string>>;
}

export interface LookupSettings {
  readonly pdsUrl: string;
  readonly sdsUrl: string;
  readonly pdsSeconds: number;
  readonly sdsSeconds: number;
  /** An SDS that is not our own: never from a cache, an empty answer is asked for once more. */
  readonly foreign: boolean;
  readonly apiKey?: string;
}

interface Resource {
  identifier?: { system?: string; value?: string }[];
  address?: string;
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const MISSING = { found: false, fault: false } as const;
const FAULT = { found: false, fault: true } as const;
const token = (of: string, value: string): string => `${of}|${value}`;

export function createDirectoryLookup(http: DirectoryHttp, settings: LookupSettings): DirectoryLookup {
  const sds = async (
    path: string,
    query: [string, string][],
    context: LookupContext,
  ): Promise<Resource[]> => {
    const ask = async (fresh: boolean): Promise<Resource[]> => {
      const authorization = await http.authorization(settings.sdsSeconds);
      const { status, body } = await http.get(
        'SDS',
        `${settings.sdsUrl}${path}?${new URLSearchParams(query)}`,
        {
          accept: 'application/fhir+json',
          'x-correlation-id': UUID.test(context.correlation) ? context.correlation : randomUUID(),
          ...(settings.apiKey ? { apikey: settings.apiKey } : {}),
          ...(authorization ? { authorization } : {}),
          ...(fresh ? { 'cache-control': 'no-cache' } : {}),
        },
        settings.sdsSeconds,
      );
      const entries = (body as { entry?: { resource?: Resource }[] }).entry;
      return status === 200 && Array.isArray(entries) ? entries.flatMap((entry) => entry.resource ?? []) : [];
    };
    const first = await ask(settings.foreign);
    return first.length === 0 && settings.foreign ? ask(true) : first;
  };

  const organisation = (ods: string): [string, string] => [
    'organization',
    token(system.odsOrganisation, ods),
  ];
  const interactionOf = (id: string): [string, string] => ['identifier', token(system.interaction, id)];
  const party = (key: string): [string, string] => ['identifier', token(system.partyKey, key)];
  const maker = (supplier: string): [string, string] => [
    'manufacturing-organization',
    token(system.odsOrganisation, supplier),
  ];

  const devices = (
    practice: string,
    interaction: string,
    more: [string, string][],
    context: LookupContext,
  ): Promise<Resource[]> =>
    sds('/Device', [organisation(practice), interactionOf(interaction), ...more], context);

  return {
    async patient(nhsNumber, context) {
      const authorization = await http.authorization(settings.pdsSeconds);
      const answer = await http.get(
        'PDS',
        `${settings.pdsUrl}/Patient/${nhsNumber}`,
        {
          accept: 'application/fhir+json',
          'x-request-id': randomUUID(),
          'x-correlation-id': context.correlation,
          'nhsd-end-user-organisation-ods': context.odsFrom,
          ...(authorization ? { authorization } : {}),
        },
        settings.pdsSeconds,
      );
      return readPdsAnswer(answer, nhsNumber);
    },

    async endpoint(practice, interaction, supplier, context) {
      const all = await sds('/Endpoint', [organisation(practice), interactionOf(interaction)], context);
      if (all.length === 0) return MISSING;
      const found = all.map((entry) => ({
        root: serviceRoot(entry.address ?? ''),
        partyKey: identifierOf(entry, system.partyKey) ?? '',
      }));
      const made = await Promise.all(
        found.length === 1 || supplier === undefined
          ? []
          : found.map(({ partyKey }) =>
              devices(practice, interaction, [party(partyKey), maker(supplier)], context),
            ),
      );
      const kept = found.length === 1 ? found : found.filter((_, at) => (made[at]?.length ?? 0) > 0);
      const [only] = kept;
      return kept.length === 1 && only && only.root !== '' ? { found: true, value: only } : FAULT;
    },

    async providerAsid(practice, interaction, partyKey, supplier, context) {
      const filter: [string, string][] = partyKey === '' ? [] : [party(partyKey)];
      const all = await devices(practice, interaction, filter, context);
      if (all.length === 0) return MISSING;
      const kept =
        all.length === 1 || supplier === undefined
          ? all
          : await devices(practice, interaction, [...filter, maker(supplier)], context);
      return onlyAsid(kept);
    },

    async consumerAsid(ods, interaction, supplier, context) {
      const all = await devices(ods, interaction, [maker(supplier)], context);
      return all.length === 0 ? MISSING : onlyAsid(all);
    },
  };
}

function identifierOf(resource: Resource, of: string): string | undefined {
  return resource.identifier?.find((identifier) => identifier.system === of)?.value?.trim() || undefined;
}

function onlyAsid(devices: readonly Resource[]): Found<string> {
  const asid = devices.length === 1 ? identifierOf(devices[0]!, system.asid) : undefined;
  return asid === undefined ? FAULT : { found: true, value: asid };
}
