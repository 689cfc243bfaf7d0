// A GP system with one practice and one patient, collecting from a MESH server over the wire, for the stories of
// messages. Everything is asked as it is from outside: the inbox over HTTP, the record over mutual TLS.
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { structuredParameters } from '@gp-connect/consumer';
import { createLogger } from '@gp-connect/foundation/http';
import { interactionRow, nhsProfile, system } from '@gp-connect/foundation/nhs';
import { auditClaims, encodeAuditToken, openAuthority } from '@gp-connect/foundation/trust';
import {
  inboundSwitchNames,
  openInbound,
  openProviderStore,
  type ProviderStore,
  providerSettings,
  type StaffUser,
  startProvider,
  switchNames,
} from '@gp-connect/provider';
import { Agent, request } from 'undici';
import type { MeshTogether } from '../mesh/mesh-for-tests.ts';
import { practice as practiceBox } from '../mesh/mesh-for-tests.ts';
import { practiceMailbox } from '../mesh/practice-mailbox.ts';

const host = 'gp.example.nhs.uk';
const proxyName = 'proxy.example.nhs.uk';
const hosted = { ods: practiceBox.ods, name: practiceBox.name, organizationId: 'o1', asid: '200000009902' };

/** PDS and the practice know her by these. */
export const patient = {
  nhsNumber: '9010000036',
  family: 'Lund',
  given: ['Jo'],
  birthDate: '1988-02-03',
  gender: 'female' as const,
};

const doctor: StaffUser = {
  id: 'd1',
  name: 'Dr Ada Quill',
  role: 'General Medical Practitioner',
  practice: hosted.ods,
  roles: ['clinician'],
};

export interface StoryPractice {
  /** One round of the collector, after MESH has routed what it took. */
  collect(): Promise<void>;
  /** The inbox API as the practice's clinician. @throws Error for an answer that is not 200 */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  inbox(path: string, body?: object): Promise<any>;
  /** The newest open item. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  newest(): Promise<any>;
  /** The whole structured record of the patient, as a consumer gets it. */
  structured(): Promise<Resource[]>;
  /** What Access Document finds. */
  documents(): Promise<Resource[]>;
  binary(id: string): Promise<Buffer>;
  close(): Promise<void>;
}

export interface Resource {
  readonly resourceType: string;
  readonly id: string;
  // biome-ignore lint/suspicious/noExplicitAny: elements of many types
  readonly [element: string]: any;
}

export async function startStoryPractice(
  database: { url: string },
  mesh: MeshTogether,
): Promise<StoryPractice> {
  const folder = join(mesh.folder, 'provider');
  mkdirSync(folder);
  const authority = await openAuthority(mesh.folder, { clock: Date.now });
  const server = await authority.issue({ commonName: host, dnsNames: ['localhost'], usages: 'both' });
  const proxy = await authority.issue({ commonName: proxyName, usages: 'client' });
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const anyPort = { host: '127.0.0.1', port: 0 };
  const settings = providerSettings.parse({
    ...{ listen: anyPort, operations: anyPort, administration: anyPort, practice: anyPort },
    database: database.url,
    messageKeyFile: join(folder, 'message-key'),
    publicOrigin: `https://${host}`,
    audit: { folder: join(folder, 'audit'), keyFolder: join(folder, 'audit-keys') },
    tls: {
      key: file('key.pem', server.key),
      cert: file('cert.pem', server.cert),
      ca: file('ca.pem', server.ca),
    },
    proxyNames: [proxyName],
    administrationToken: file('administration-token', 'an administration token for tests'),
  });
  const opened = await openProviderStore(settings.database);
  await fill(opened);
  const running = await startProvider(settings, opened, {
    logger: createLogger({ name: 'provider', level: 'silent' }),
    inbox: {
      staff: async (authorization) => (authorization === 'Bearer doctor' ? doctor : undefined),
      openMailboxes: (journal) => {
        const mailbox = mesh.mailbox(practiceBox, { journal: journal(practiceBox.id) });
        return [{ practice: hosted.ods, mailbox: practiceMailbox(mailbox) }];
      },
      // Rounds are made when the story asks for them.
      pauseMs: 3_600_000,
    },
  });
  const agent = new Agent({
    connect: { key: proxy.key, cert: proxy.cert, ca: server.ca, servername: 'localhost' },
  });

  async function ask(row: string, path: string, body?: object): Promise<Resource> {
    const { id, method, server: segment, scope } = interactionRow(row);
    const root = `/${hosted.ods}/STU3/1/${settings.segments[segment as 'structured' | 'documents']}`;
    const answer = await request(`https://127.0.0.1:${running.address.port}${root}${path}`, {
      dispatcher: agent,
      method,
      headers: {
        'ssp-traceid': randomUUID(),
        'ssp-from': '200000009901',
        'ssp-to': hosted.asid,
        'ssp-interactionid': id,
        authorization: `Bearer ${tokenFor(`https://${host}${root}`, scope)}`,
        accept: 'application/fhir+json',
        ...(body === undefined ? {} : { 'content-type': 'application/fhir+json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${text.slice(0, 500)}`);
    return JSON.parse(text) as Resource;
  }
  const resourcesOf = (bundle: Resource): Resource[] =>
    (bundle.entry ?? []).map(({ resource }: { resource: Resource }) => resource);

  const inbox: StoryPractice['inbox'] = async (path, body) => {
    const url = `http://127.0.0.1:${running.inbox!.address.port}/practice/v1/${hosted.ods}${path}`;
    const answer = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: 'Bearer doctor',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  };
  return {
    inbox,
    async collect() {
      await mesh.server.routed();
      await running.inbox!.collect();
    },
    async newest() {
      const items: { item: number }[] = await inbox('/inbox?state=open');
      if (items.length === 0) throw new Error('there is no open item');
      return inbox(`/inbox/items/${Math.max(...items.map(({ item }) => item))}`);
    },
    structured: async () =>
      resourcesOf(await ask('19', '/Patient/$gpc.getstructuredrecord', structuredParameters(patient))),
    documents: async () => resourcesOf(await ask('23', `/Patient/pt-1/DocumentReference?${includes}`)),
    binary: async (id) => Buffer.from((await ask('24', `/Binary/${id}`)).content, 'base64'),
    async close() {
      await agent.close();
      await running.close();
    },
  };
}

const includes = [
  '_include=DocumentReference%3Asubject%3APatient',
  '_include=DocumentReference%3Acustodian%3AOrganization',
  '_include=DocumentReference%3Aauthor%3AOrganization',
  '_include=DocumentReference%3Aauthor%3APractitioner',
  '_revinclude%3Arecurse=PractitionerRole%3Apractitioner',
].join('&');

async function fill({ records, controls, store }: ProviderStore): Promise<void> {
  const by = { actor: 'test', reason: 'test' };
  await controls.host([hosted]);
  await controls.set(hosted.ods, switchNames, true, by);
  await openInbound(store.db as never, () => new Date()).set(hosted.ods, inboundSwitchNames, true, by);
  await records.putPractice(hosted.ods, hosted.name);
  await records.loadCanonical(hosted.ods, [[organisation, recordedPatient]]);
}

const organisation = {
  resourceType: 'Organization',
  id: hosted.organizationId,
  identifier: [{ system: system.odsOrganisation, value: hosted.ods }],
  name: hosted.name,
};

const recordedPatient = {
  resourceType: 'Patient',
  id: 'pt-1',
  meta: { versionId: '1' },
  extension: [
    {
      url: nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1'),
      extension: [
        { url: 'registrationPeriod', valuePeriod: { start: '2010-01-01' } },
        {
          url: 'registrationType',
          valueCodeableConcept: { coding: [{ system: system.registrationType, code: 'R' }] },
        },
      ],
    },
  ],
  identifier: [
    {
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
          valueCodeableConcept: { coding: [{ system: system.nhsNumberVerification, code: '01' }] },
        },
      ],
      system: system.nhsNumber,
      value: patient.nhsNumber,
    },
  ],
  active: true,
  name: [{ use: 'official', family: patient.family, given: patient.given }],
  gender: patient.gender,
  birthDate: patient.birthDate,
  managingOrganization: { reference: `Organization/${hosted.organizationId}` },
};

function tokenFor(audience: string, scope: Parameters<typeof auditClaims>[0]['scope']): string {
  return encodeAuditToken(
    auditClaims({
      issuer: 'https://consumer.example.nhs.uk/',
      audience,
      scope,
      now: Date.now(),
      requester: {
        device: {
          identifier: { system: 'https://consumer.example/Id/device', value: 'APP-1' },
          model: 'Example Viewer',
          version: '1.0.0',
        },
        organisation: { ods: 'X99998', name: 'Example Urgent Care' },
        practitioner: { id: 'u-77', name: { family: 'Quill', given: ['Ada'], prefix: ['Dr'] } },
      },
    }),
  );
}
