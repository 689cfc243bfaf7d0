// Sign-in for staff: the identity provider that plays NHS CIS2.
import { startIdentityProvider } from '../../identity/index.ts';
import { clinicianProduct } from '../directory-data.ts';
import { issuerOf } from '../service-settings.ts';
import type { StartService } from './service.ts';

export const identity: StartService = async (plan) => {
  const { layout, ports, secrets } = plan;
  const pages = `http://localhost:${ports.clinician}`;
  return startIdentityProvider({
    port: ports.identity,
    issuer: issuerOf(ports),
    folder: layout.identity,
    personas: plan.england.personas,
    clients: [
      {
        clientId: clinicianProduct.clientId,
        clientSecret: secrets.text('clinician-client'),
        name: clinicianProduct.name,
        redirectUris: [`${pages}/sign-in/callback`],
        postLogoutRedirectUris: [`${pages}/signed-out`],
      },
    ],
  });
};
