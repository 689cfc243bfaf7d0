// A small England on free ports in a folder of its own: certificates, secrets and requests as a consumer would make them.
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { structuredParameters } from '@gp-connect/consumer';
import { interactionById, interactionId } from '@gp-connect/foundation/nhs';
import { auditClaims, encodeAuditToken } from '@gp-connect/foundation/trust';
import { type Practice, serviceRoot } from '../england/index.ts';
import {
  type CertificateFiles,
  certificateFiles,
  consumerIdentity,
  makeCertificates,
} from '../running/certificates.ts';
import { freePortBase } from '../running/england-under-test.ts';
import { type Choices, planFrom } from '../running/plan.ts';
import { makeSharedSecrets } from '../running/secrets.ts';
import type { RunningPlan } from '../running/service-settings.ts';

/** The day every bench's England is made for, so that the same data is measured whenever it runs. */
export const DAY = '2026-03-02';

export interface Scene {
  readonly choices: Choices;
  readonly plan: RunningPlan;
}

/** `patients`: ordinary people besides the named ones. */
export async function prepareScene(dataFolder: string, patients: number): Promise<Scene> {
  const choices: Choices = { dataFolder, portBase: await freePortBase(), patients, today: DAY };
  const plan = planFrom(choices);
  await makeCertificates(plan.layout, plan.england);
  makeSharedSecrets(plan);
  return { choices, plan };
}

export const readIdentity = ({ key, cert, ca }: CertificateFiles) => ({
  key: readFileSync(key, 'utf8'),
  cert: readFileSync(cert, 'utf8'),
  ca: readFileSync(ca, 'utf8'),
});

/** The hospital of the demonstration's doctor, which every bench asks as. */
export function hospitalOf({ england, layout }: RunningPlan) {
  const doctor = england.personas.find(({ id }) => id === 'hospital-doctor')!;
  const hospital = england.consumers.find(({ ods }) => ods === doctor.organisation.ods)!;
  return { doctor, hospital, files: certificateFiles(layout, consumerIdentity(hospital)) };
}

export interface StructuredAsk {
  /** Service root and operation, e.g. for the end of a proxy path. */
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/** A whole structured record of a patient, all areas, with a token good for five minutes. */
export function structuredAsk(plan: RunningPlan, practice: Practice, nhsNumber: string): StructuredAsk {
  const { doctor, hospital } = hospitalOf(plan);
  const interaction = interactionById(interactionId.structuredRecord)!;
  const supplier = plan.england.suppliers.find(({ id }) => id === practice.supplier)!;
  const root = serviceRoot(`https://${supplier.fqdn}`, practice, interaction.server);
  const claims = auditClaims({
    issuer: `https://${hospital.fqdn}/`,
    audience: root,
    scope: interaction.scope,
    now: Date.now(),
    requester: {
      device: {
        identifier: { system: `https://${hospital.fqdn}/Id/device`, value: 'GPC-BENCH' },
        model: hospital.product,
        version: hospital.productVersion,
      },
      organisation: { ods: hospital.ods, name: hospital.name },
      practitioner: {
        id: doctor.uuid,
        sdsUserId: doctor.uuid,
        sdsRoleProfileId: doctor.roleProfileId,
        name: { family: doctor.name.family, given: [doctor.name.given] },
      },
    },
  });
  return {
    url: `${root}/Patient/$gpc.getstructuredrecord`,
    headers: {
      'ssp-traceid': randomUUID(),
      'ssp-from': hospital.asid,
      'ssp-to': practice.asid,
      'ssp-interactionid': interaction.id,
      authorization: `Bearer ${encodeAuditToken(claims)}`,
      accept: 'application/fhir+json',
      'accept-encoding': 'identity',
      'content-type': 'application/fhir+json',
    },
    body: JSON.stringify(structuredParameters({ nhsNumber })),
  };
}
