// A router with the real directory behind it, and an identity provider that signs what tests ask for.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createLogger, startListening } from '@gp-connect/foundation/http';
import { interactionId } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { type Authority, createAccessTokenVerifier, serverTls } from '@gp-connect/foundation/trust';
import type { Patient } from 'fhir/r4.js';
import { exportJWK, SignJWT } from 'jose';
import {
  directorySettings,
  loadDirectory,
  openDirectoryStore,
  type PdsRecord,
  type RunningDirectory,
  startDirectory,
} from '../directory/index.ts';
import { followDirectory } from './directory-snapshot.ts';
import {
  type Ask,
  consumer,
  practice,
  startTestRouter,
  structuredBody,
  type TestRouter,
} from './gateway-for-tests.ts';

const issuer = 'https://cis2.example.nhs.uk';
const audience = 'https://gpc.example.nhs.uk/gateway';

/** NHS numbers of the people in PDS, by what is particular about them. */
export const people = {
  usual: '9434765919',
  restricted: '9990012342',
  unknown: '9876543210',
  superseded: '9990000042',
  without: '9990000050',
  moved: '9990000069',
  died: '9990000077',
  diedLongAgo: '9990000085',
  closedPractice: '9990000093',
  switchedOff: '9990000107',
  noEndpoint: '9990000115',
} as const;

export interface PatientBasedRouter extends TestRouter {
  readonly directory: RunningDirectory;
  accessToken(change?: Record<string, unknown>, typ?: string): Promise<string>;
}

export async function startPatientBasedRouter(
  options: {
    settings?: Record<string, unknown>;
    profile?: 'cdg-0';
    /** Starts what stands in for PDS, and gives its base URL. */
    pds?: (authority: Authority) => Promise<string>;
  } = {},
): Promise<PatientBasedRouter> {
  const staffKeys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ownKeys = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const publicJwk = async (key: Parameters<typeof exportJWK>[0], kid: string) => ({
    ...(await exportJWK(key)),
    kid,
  });
  const jwks = JSON.stringify({
    keys: [{ ...(await publicJwk(staffKeys.publicKey, 'staff')), alg: 'ES256' }],
  });
  const provider = createServer((_request, response) => void response.end(jwks));
  const { port } = await startListening(provider, 'keys', { host: '127.0.0.1', port: 0 });

  let directory: RunningDirectory | undefined;
  const router = await startTestRouter({
    ...(options.settings ? { settings: options.settings } : {}),
    change(data) {
      data.organisations.push({
        ...data.organisations.at(-1)!,
        ods: 'A83990',
        name: 'Silent Surgery',
        status: 'active',
      });
      data.messageHandlingServices.push({
        ...data.messageHandlingServices[0]!,
        id: 'A83990-metadata',
        ods: 'A83990',
        partyKey: 'A83990-0000001',
      });
      data.accreditedSystems.push({
        ...data.accreditedSystems.find(({ asid }) => asid === consumer.asid)!,
        asid: '200000001240',
        ods: 'RZE81',
        client: 'RZE81',
        partyKey: 'RZE81-0000001',
      });
      data.organisations.push({
        ...data.organisations[0]!,
        ods: 'RZE81',
        name: 'Medical Examiner Office',
        type: 'medical-examiner',
      });
      data.agreements.push({ ods: 'RZE81', products: ['ar-structured', 'ar-html'], status: 'live' });
      data.useCases.push({
        asid: '200000001240',
        id: 'uc-me',
        purpose: 'medical-examiner',
        products: ['ar-structured', 'ar-html'],
        areas: null,
        lookbackMonths: null,
      });
      data.practiceProducts.push({ ...data.practiceProducts[1]!, ods: 'A83990' });
      for (const each of [...data.practiceProducts]) {
        if (each.ods === practice.ods) data.practiceProducts.push({ ...each, ods: 'A83990' });
      }
    },
    async prepare({ authority, identity, data }) {
      const tlsIdentity = await authority.issue({
        commonName: 'directory.example',
        dnsNames: ['localhost'],
        usages: 'server',
      });
      const database = await testStores()[0]!.fresh();
      const store = await openDirectoryStore({ databaseUrl: database.url, dataFolder: '' });
      const { version: _version, ...load } = data;
      await loadDirectory(store, {
        ...load,
        patients: pds(),
        supersessions: [{ from: people.superseded, to: people.usual }],
      });
      directory = await startDirectory(
        directorySettings.parse({
          port: 0,
          operationsPort: 0,
          apiKeys: ['key-of-the-router'],
          feedReaders: ['localhost'],
          pdsClients: [
            {
              id: 'router',
              jwks: { keys: [await publicJwk(ownKeys.publicKey, 'own')] },
              severalOrganisations: true,
            },
          ],
          refreshMs: 100,
        }),
        { store, tls: serverTls(tlsIdentity, { clients: 'answer' }), logger: quiet() },
      );
      const base = `https://localhost:${directory.address.port}`;
      const feed = followDirectory({
        url: `${base}/directory/v1`,
        identity,
        trustSeconds: 300,
        clock: () => performance.now(),
        logger: quiet(),
      });
      await feed.ready;
      return {
        settings: {
          directory: {
            pdsUrl: (await options.pds?.(authority)) ?? `${base}/personal-demographics/FHIR/R4`,
            sdsUrl: `${base}/spine-directory/FHIR/R4`,
            pdsSeconds: 2,
          },
          patientBased: {
            products: [
              {
                clientId: 'hospital-emr',
                supplierOds: consumer.supplier,
                device: {
                  system: 'https://emr.example/Id/device',
                  value: 'EMR-7',
                  model: 'Hospital EMR',
                  version: '4.2.0',
                },
                issuer: 'https://emr.rz901.example.nhs.uk/',
                localUserSystem: 'https://emr.example/Id/user',
                ...(options.profile ? { profile: options.profile } : {}),
              },
            ],
          },
        },
        dependencies: {
          directory: feed,
          patientBased: {
            accessTokens: createAccessTokenVerifier({
              issuer,
              jwksUri: `http://127.0.0.1:${port}/`,
              audience,
              clock: Date.now,
            }),
            apiKey: 'key-of-the-router',
            credentials: {
              tokenUrl: `${base}/oauth2/token`,
              clientId: 'router',
              keyId: 'own',
              key: ownKeys.privateKey,
            },
          },
        },
      };
    },
  });

  return {
    ...router,
    directory: directory!,
    accessToken: (change = {}, typ = 'at+jwt') =>
      new SignJWT({ ...staffClaims, ...change })
        .setProtectedHeader({ alg: 'ES256', kid: 'staff', typ })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject('u-5521')
        .setIssuedAt()
        .setExpirationTime(change.exp === undefined ? '5m' : Number(change.exp))
        .sign(staffKeys.privateKey),
    async close() {
      await router.close();
      await directory?.close();
      await directory?.store.close();
      provider.closeAllConnections();
      provider.close();
    },
  };
}

const quiet = () => createLogger({ name: 'test', destination: { write: () => {} } });

const staffClaims = {
  client_id: 'hospital-emr',
  scope: 'openid nhs-cis2-aal3',
  nhsid_useruid: '555011112222',
  selected_roleid: '555033334444',
  authentication_assurance_level: '3',
  family_name: 'Okafor',
  given_name: 'Amara',
  title: 'Dr',
  nhsid_nrbac_roles: [
    {
      person_roleid: '555033334444',
      org_code: consumer.ods,
      role_code: 'R8000',
      role_name: 'Clinical Practitioner Access Role',
    },
  ],
  nhsid_user_orgs: [{ org_code: consumer.ods, org_name: 'Northmoor Hospital' }],
};

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);

function pds(): PdsRecord[] {
  const person = (
    id: string,
    ods: string | null,
    more: Partial<Patient> & { code?: 'U' | 'R'; start?: string; end?: string } = {},
  ): PdsRecord => {
    const { code = 'U', start = '2019-04-01', end, ...rest } = more;
    const period = { start, ...(end ? { end } : {}) };
    return {
      patient: {
        resourceType: 'Patient',
        id,
        identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: id }],
        meta: {
          versionId: '1',
          security: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality', code }],
        },
        name: [{ use: 'usual', family: 'Vale', given: ['Tamsin'] }],
        birthDate: '1990-06-15',
        ...(ods
          ? {
              generalPractitioner: [
                {
                  type: 'Organization',
                  identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: ods, period },
                },
              ],
            }
          : {}),
        ...rest,
      },
    };
  };
  return [
    person(people.usual, practice.ods),
    person(people.restricted, practice.ods, { code: 'R' }),
    person(people.without, null),
    person(people.moved, practice.ods, { end: daysAgo(1) }),
    person(people.died, practice.ods, { deceasedDateTime: `${daysAgo(10)}T00:00:00+00:00` }),
    person(people.diedLongAgo, practice.ods, { deceasedDateTime: `${daysAgo(40)}T00:00:00+00:00` }),
    person(people.closedPractice, 'A83997'),
    person(people.switchedOff, 'A83998'),
    person(people.noEndpoint, 'A83990'),
  ];
}

/** A structured record by NHS number; the changes replace what is usual. */
export async function byPatient(
  router: PatientBasedRouter,
  nhsNumber: string = people.usual,
  change: Partial<Ask> = {},
): Promise<Ask> {
  return {
    method: 'POST',
    path: '/patient/$gpc.getstructuredrecord',
    body: structuredBody([], nhsNumber),
    ...change,
    headers: {
      'Content-Type': 'application/fhir+json',
      Accept: 'application/fhir+json',
      'Ods-from': consumer.ods,
      'Ssp-TraceID': '6c1f1f0e-1b5e-4d2c-9b1d-0d5a9f0e7a11',
      Authorization: `Bearer ${await router.accessToken()}`,
      ...change.headers,
    },
  };
}

export const structuredId = interactionId.structuredRecord;
