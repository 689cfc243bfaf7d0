// Sign-in for staff: the identity provider that plays NHS CIS2.
import { startIdentityProvider } from '../../identity/index.ts';
import { clinicianProduct } from '../directory-data.ts';
import { issuerOf } from '../service-settings.ts';
import type { StartService } from './service.ts';

export const identity: StartService = async (plan) => {
  const { layout, ports, secrets } = plan;
  const client = (clientId: string, name: string, port: number, secret: string) => ({
    clientId,
    clientSecret: secrets.text(secret),
    name,
    redirectUris: [`http://localhost:${port}/sign-in/callback`],
    postLogoutRedirectUris: [`http://localhost:${port}/signed-out`],
  });
  return startIdentityProvider({
    port: ports.identity,
    issuer: issuerOf(ports),
    folder: layout.identity,
    personas: plan.england.personas,
    clients: [
      client(clinicianProduct.clientId, clinicianProduct.name, ports.clinician, 'clinician-client'),
      client('practice-pages', 'GP Connect practice inbox', ports.practice, 'practice-client'),
      client('pharmacy-pages', 'GP Connect pharmacy pages', ports.pharmacy, 'pharmacy-client'),
    ],
  });
};
