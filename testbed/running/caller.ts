// A consumer of the running England, ready to ask: what the command line, the benches and the tests call through.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  byPatient,
  type Connections,
  type ConsumerProduct,
  type Directory,
  type GatewayAnswer,
  openConnections,
  openDirectory,
  type ProxiedRequest,
  type RequestingUser,
  throughProxy,
} from '@gp-connect/consumer';
import { londonToday } from '@gp-connect/foundation/fhir';
import { certificateFiles, consumerIdentity } from './certificates.ts';
import { type Choices, planFrom } from './plan.ts';
import { gatewayFile, issuerOf } from './service-settings.ts';

export interface Caller {
  readonly connections: Connections;
  readonly directory: Directory;
  readonly gateway: string;
  readonly product: ConsumerProduct;
  readonly user: RequestingUser;
  /** A CIS2 access token of the persona. */
  accessToken(): Promise<string>;
  /** Mode A, with a token of its own for each request. */
  proxy(request: Omit<ProxiedRequest, 'user'>): Promise<GatewayAnswer>;
  /** Mode C, through the clinician pages' product. */
  byPatient(
    request: Omit<Parameters<typeof byPatient>[2], 'organisation' | 'accessToken'>,
  ): Promise<GatewayAnswer>;
  close(): Promise<void>;
}

/** What `startEngland` left for callers in the data folder. @throws Error where England is not running there */
export function runningChoices(dataFolder: string): Choices {
  const choices = JSON.parse(readFileSync(join(dataFolder, 'running.json'), 'utf8')) as Choices;
  // What was written may be relative to where England was started from.
  return { ...choices, dataFolder };
}

/** Where the running gateway keeps its audit log and the keys of it. */
export function gatewayLog(choices: Choices) {
  const { folder, keyFolder, kekFile, origin } = gatewayFile(planFrom(choices)).audit;
  return { log: folder, keyFolder, kekFile, origin };
}

/** Opens a caller as one of the demonstration personas; `persona` is its key, e.g. `hospital-doctor`. */
export function openCaller(choices: Choices, persona = 'hospital-doctor'): Caller {
  const { layout, ports, england, secrets } = planFrom(choices);
  const who = england.personas.find(({ id }) => id === persona);
  const consumer = who && england.consumers.find(({ ods }) => ods === who.organisation.ods);
  if (!who || !consumer) throw new RangeError(`no persona "${persona}" at a consumer organisation`);
  const connections = openConnections(readIdentity(certificateFiles(layout, consumerIdentity(consumer))));
  const pages = openConnections(readIdentity(certificateFiles(layout, 'clinician')));
  const gateway = `https://localhost:${ports.gateway}`;
  const national = `https://localhost:${ports.directory}`;
  const product: ConsumerProduct = {
    asid: consumer.asid,
    issuer: `https://${consumer.fqdn}/`,
    device: {
      identifier: { system: `https://${consumer.fqdn}/Id/device`, value: 'GPC-CLI' },
      model: consumer.product,
      version: consumer.productVersion,
    },
    organisation: { ods: consumer.ods, name: consumer.name },
  };
  const user: RequestingUser = {
    id: who.uuid,
    sdsUserId: who.uuid,
    sdsRoleProfileId: who.roleProfileId,
    local: { system: `https://${consumer.fqdn}/Id/user`, value: who.id },
    name: {
      family: who.name.family,
      given: [who.name.given],
      ...(who.name.prefix ? { prefix: [who.name.prefix] } : {}),
    },
  };
  const accessToken = () => demonstrationToken(issuerOf(ports), persona);
  return {
    connections,
    gateway,
    product,
    user,
    accessToken,
    directory: openDirectory(
      connections,
      {
        pds: `${national}/personal-demographics/FHIR/R4`,
        sds: `${national}/spine-directory/FHIR/R4`,
        sdsApiKey: secrets.text('sds-api-key'),
      },
      () => londonToday(new Date()),
    ),
    proxy: (request) => throughProxy(connections, gateway, product, { ...request, user }, Date.now()),
    byPatient: async (request) =>
      byPatient(pages, gateway, { ...request, organisation: consumer.ods, accessToken: await accessToken() }),
    async close() {
      await connections.close();
      await pages.close();
    },
  };
}

function readIdentity(files: { key: string; cert: string; ca: string }) {
  return {
    key: readFileSync(files.key, 'utf8'),
    cert: readFileSync(files.cert, 'utf8'),
    ca: readFileSync(files.ca, 'utf8'),
  };
}

/** The testbed's own way to a token without a browser. */
export async function demonstrationToken(issuer: string, persona: string): Promise<string> {
  const answer = await fetch(`${issuer}/demonstration/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  });
  const { access_token } = (await answer.json()) as { access_token?: string };
  if (!access_token) throw new Error('the identity provider gave no token');
  return access_token;
}
