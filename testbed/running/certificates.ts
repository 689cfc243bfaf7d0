// The certificates of every party, from the demonstration authority, written where settings can name them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Authority, openAuthority } from '@gp-connect/foundation/trust';
import { type ConsumerOrganisation, type England, suppliers } from '../england/index.ts';
import type { Layout } from './layout.ts';
import { sendersOf } from './mailboxes.ts';

/** Names in the certificates, as SDS knows them. */
export const gatewayName = 'proxy.gpconnect.example';
export const directoryName = 'directory.gpconnect.example';
export const meshName = 'mesh.gpconnect.example';
/** The recall service: GP systems take orders from it, MESH takes pauses from it. */
export const recallName = 'recall.gpconnect.example';
/** The clinician pages are one product that many organisations use. */
export const clinicianName = 'clinician.openconsumer.example';

/** The MESH client of a supplier's system, or of a pharmacy: `orchard`, `FZ101`. */
export const meshIdentity = (id: string): string => `mesh-${id.toLowerCase()}`;

const local = ['localhost'];
const loopback = ['127.0.0.1', '::1'];

export interface CertificateFiles {
  readonly key: string;
  readonly cert: string;
  readonly ca: string;
}

/** Paths of the files of an identity made by `makeCertificates`. */
export function certificateFiles(layout: Layout, name: string): CertificateFiles {
  return {
    key: join(layout.trust, 'identities', `${name}.key`),
    cert: join(layout.trust, 'identities', `${name}.pem`),
    ca: join(layout.trust, 'authorities.pem'),
  };
}

/** Consumers that share a supplier's product share its certificate, as hosted products do. */
export const consumerIdentity = (consumer: ConsumerOrganisation): string =>
  `consumer-${consumer.ods.toLowerCase()}`;

/** Where the demonstration's pharmacist works. */
export function pharmacyOf({ personas, consumers }: England): ConsumerOrganisation {
  const pharmacist = personas.find(({ id }) => id === 'pharmacist')!;
  return consumers.find(({ ods }) => ods === pharmacist.organisation.ods)!;
}

/** Makes or renews every certificate. Keys never leave the data folder. */
export async function makeCertificates(layout: Layout, england: England): Promise<Authority> {
  const authority = await openAuthority(layout.trust, { clock: Date.now });
  await writeFile(join(layout.trust, 'authorities.pem'), authority.ca);
  const served = (name: string, commonName: string) =>
    authority.identity(name, {
      commonName,
      dnsNames: [commonName, ...local],
      ipAddresses: loopback,
      usages: 'both',
    });
  const meshClient = (id: string, ods = id) =>
    authority.identity(meshIdentity(id), {
      commonName: `${id}-1.${ods}.api.mesh-client.nhs.uk`.toLowerCase(),
      usages: 'client',
    });
  await Promise.all([
    served('gateway', gatewayName),
    served('directory', directoryName),
    served('mesh', meshName),
    ...suppliers.map((supplier) => served(supplier.id, supplier.fqdn)),
    ...suppliers.map(({ id, odsCode }) => meshClient(id, odsCode)),
    ...sendersOf(england).map(({ ods }) => meshClient(ods)),
    authority.identity('recall', { commonName: recallName, usages: 'client' }),
    authority.identity('clinician', { commonName: clinicianName, usages: 'client' }),
    ...england.consumers.map((consumer) =>
      authority.identity(consumerIdentity(consumer), { commonName: consumer.fqdn, usages: 'client' }),
    ),
  ]);
  return authority;
}
