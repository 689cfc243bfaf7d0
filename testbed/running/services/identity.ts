// Sign-in for staff: the identity provider that plays NHS CIS2.
import type { Persona as EnglandPersona } from '../../england/index.ts';
import { type Persona, startIdentityProvider } from '../../identity/index.ts';
import { clinicianProduct } from '../directory-data.ts';
import type { RunningPlan } from '../service-settings.ts';
import type { StartService } from './service.ts';

export const identity: StartService = async (plan) => {
  const { layout, ports, secrets } = plan;
  const pages = `http://localhost:${ports.clinician}`;
  return startIdentityProvider({
    port: ports.identity,
    folder: layout.identity,
    personas: personas(plan),
    clients: [
      {
        clientId: clinicianProduct.clientId,
        clientSecret: secrets.text('clinician-client'),
        name: clinicianProduct.name,
        redirectUris: [`${pages}/sign-in/done`],
        postLogoutRedirectUris: [`${pages}/`],
      },
    ],
  });
};

function personas({ england }: RunningPlan): Persona[] {
  const names = new Map([...england.practices, ...england.consumers].map(({ ods, name }) => [ods, name]));
  return england.personas.map((persona: EnglandPersona) => ({
    id: persona.key,
    uuid: persona.uuid,
    name: { family: persona.family, given: persona.given, prefix: persona.prefix },
    roleProfileId: persona.roleProfileId,
    roleCode: persona.roleCode,
    roleName: persona.roleName,
    organisation: { ods: persona.organisation, name: names.get(persona.organisation) ?? 'National operator' },
    roles: persona.roles,
    about: persona.shows,
  }));
}
