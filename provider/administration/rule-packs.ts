// National rule packs at the administration listener: anybody who runs the machine may hand one in, only the publisher's
// signature makes it one. spec: messaging SG-10; national-service UPD-06
import type { FastifyInstance } from '@gp-connect/foundation/http';
import { RulePackRefusal } from '../inbox/index.ts';
import { type AdministrationOptions, Fault } from './server.ts';

/** No practice has this name: it asks for the national packs alone. */
const nobody = '';

export function addRulePacks(
  server: FastifyInstance,
  { packs, controls, audit }: Pick<AdministrationOptions, 'packs' | 'controls' | 'audit'>,
): void {
  server.addContentTypeParser('application/jose', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  server.get('/rule-packs', async () => ({ packs: await packs.list(nobody, new Date()) }));
  server.put('/rule-packs/national', async ({ body }) => {
    if (typeof body !== 'string') throw new Fault(415, 'a rule pack comes as application/jose');
    try {
      const loaded = await packs.loadNational(body, 'administration');
      const { version, effectiveFrom } = loaded;
      for (const { practice } of await controls.all()) {
        await audit.administrative({
          practice: practice.ods,
          action: 'rule-pack',
          subject: `national ${version}`,
          from: null,
          to: `in force from ${effectiveFrom}`,
          reason: null,
          actor: 'administration',
        });
      }
      return loaded;
    } catch (error) {
      if (error instanceof RulePackRefusal) throw new Fault(422, error.message);
      throw error;
    }
  });
}
