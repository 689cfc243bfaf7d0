// What a consumer asks the directories: the patient's practice (PDS), the practice's endpoint and ASID (SDS).
// spec: foundations §2 steps 1–2b, §16 consumer recipe, §17; §20 duties 1–2
import { randomUUID } from 'node:crypto';
import type { R4 } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import { type Connections, type HttpAnswer, ServiceUnavailableError } from './connections.ts';

export interface DirectorySettings {
  /** `https://…/personal-demographics/FHIR/R4` */
  readonly pds: string;
  /** `https://…/spine-directory/FHIR/R4` */
  readonly sds: string;
  readonly sdsApiKey: string;
}

/** Why a patient's record must not, or cannot, be asked for. spec: foundations §17.7 */
export type TraceProblem =
  | 'not-found'
  | 'invalidated'
  | 'superseded'
  | 'restricted'
  | 'deceased'
  | 'no-practice';

export interface TracedPatient {
  readonly nhsNumber: string;
  readonly patient: R4.Patient;
  /** ODS code of the practice registered with today. */
  readonly practice: string | null;
  /** Empty where the record may be asked for. */
  readonly problems: readonly TraceProblem[];
  /** The number to use from now on, where the one asked for is superseded. */
  readonly supersededBy: string | null;
}

export interface ServiceEndpoint {
  /** Service root without trailing slash. */
  readonly address: string;
  readonly asid: string;
}

export interface Directory {
  /** PDS trace. Undefined where the number is unknown or was invalidated. */
  trace(nhsNumber: string, accessToken: string): Promise<TracedPatient | undefined>;
  /** PDS search as a healthcare worker. `total` is `many` where PDS says there are too many to show. */
  search(
    criteria: { family: string; given?: string; birthDate: string; gender?: string; postcode?: string },
    accessToken: string,
  ): Promise<{ patients: R4.Patient[]; tooMany: boolean }>;
  /** SDS endpoint and ASID of a practice for one interaction; undefined where it does not offer it. */
  service(ods: string, interaction: string, trace: string): Promise<ServiceEndpoint | undefined>;
}

export function openDirectory(
  connections: Connections,
  settings: DirectorySettings,
  today: () => string,
): Directory {
  const pds = async (path: string, accessToken: string) =>
    connections.send(`${settings.pds}${path}`, {
      method: 'GET',
      headers: {
        accept: 'application/fhir+json',
        authorization: `Bearer ${accessToken}`,
        'x-request-id': randomUUID(),
      },
    });
  const sds = async (resource: string, query: readonly (readonly [string, string])[], trace: string) => {
    const text = query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
    const answer = await connections.send(`${settings.sds}/${resource}?${text}`, {
      method: 'GET',
      headers: { accept: 'application/fhir+json', apikey: settings.sdsApiKey, 'x-correlation-id': trace },
    });
    if (answer.status !== 200) throw await failed('SDS', answer);
    return (await answer.body.json()) as R4.Bundle;
  };

  return {
    async trace(nhsNumber, accessToken) {
      const answer = await pds(`/Patient/${nhsNumber}`, accessToken);
      if (answer.status === 404) {
        await answer.body.dump();
        return undefined;
      }
      if (answer.status !== 200) throw await failed('PDS', answer);
      return traced(nhsNumber, (await answer.body.json()) as R4.Patient, today());
    },

    async search({ family, given, birthDate, gender, postcode }, accessToken) {
      const query = new URLSearchParams({ family, birthdate: `eq${birthDate}` });
      if (given) query.set('given', given);
      if (gender) query.set('gender', gender);
      if (postcode) query.set('address-postalcode', postcode);
      const answer = await pds(`/Patient?${query}`, accessToken);
      if (answer.status !== 200) throw await failed('PDS', answer);
      const found = (await answer.body.json()) as R4.Bundle | R4.OperationOutcome;
      if (found.resourceType === 'OperationOutcome') return { patients: [], tooMany: true };
      return { patients: (found.entry ?? []).map((entry) => entry.resource as R4.Patient), tooMany: false };
    },

    async service(ods, interaction, trace) {
      const organisation = ['organization', `${system.odsOrganisation}|${ods}`] as const;
      const offered = ['identifier', `${system.interaction}|${interaction}`] as const;
      const endpoints = resources<R4.Endpoint>(await sds('Endpoint', [organisation, offered], trace));
      if (endpoints.length > 1)
        throw new ServiceUnavailableError('SDS', 'the practice has more than one endpoint');
      const endpoint = endpoints[0];
      const address = endpoint?.address?.trim().replace(/\/$/, '');
      const partyKey = identifierOf(endpoint, system.partyKey);
      if (!address || !partyKey) return undefined;
      const party = ['identifier', `${system.partyKey}|${partyKey}`] as const;
      const devices = resources<R4.Device>(await sds('Device', [organisation, offered, party], trace));
      if (devices.length > 1)
        throw new ServiceUnavailableError('SDS', 'the practice has more than one system');
      const asid = identifierOf(devices[0], system.asid);
      return asid ? { address, asid } : undefined;
    },
  };
}

/** What PDS's answer means for someone who wants the GP record. spec: foundations §17.3, §17.7 */
export function traced(asked: string, patient: R4.Patient, today: string): TracedPatient {
  const problems: TraceProblem[] = [];
  const nhsNumber = patient.id ?? asked;
  if (nhsNumber !== asked) problems.push('superseded');
  const confidentiality = patient.meta?.security?.[0]?.code;
  if (confidentiality === 'R' || confidentiality === 'V') problems.push('restricted');
  if (patient.deceasedDateTime) problems.push('deceased');
  const practice = patient.generalPractitioner
    ?.map((reference) => reference.identifier)
    .find(
      (identifier) =>
        identifier?.value &&
        (identifier.period?.start ?? '') <= today &&
        (identifier.period?.end ?? '9999-12-31') >= today,
    )?.value;
  if (!practice && problems.length === 0) problems.push('no-practice');
  return {
    nhsNumber,
    patient,
    practice: practice ?? null,
    problems,
    supersededBy: nhsNumber === asked ? null : nhsNumber,
  };
}

function resources<Type>(bundle: R4.Bundle): Type[] {
  return (bundle.entry ?? []).map((entry) => entry.resource as Type);
}

function identifierOf(
  resource: { readonly identifier?: readonly R4.Identifier[] | undefined } | undefined,
  of: string,
): string | undefined {
  return resource?.identifier?.find((identifier) => identifier.system === of)?.value;
}

async function failed(service: string, answer: HttpAnswer): Promise<ServiceUnavailableError> {
  await answer.body.dump();
  return new ServiceUnavailableError(service, `it answered ${answer.status}`, { status: answer.status });
}
