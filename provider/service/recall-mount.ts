// Puts the wire of recall before everything else the provider answers: its addresses are no service root.
// spec: national-service §15
import { createPublicKey } from 'node:crypto';
import { readSettingFiles } from '@gp-connect/foundation/config';
import type { FastifyInstance } from '@gp-connect/foundation/http';
import type { CertificateChecks } from '@gp-connect/foundation/trust';
import { answerRecall, isRecallAddress, type RecallDesk } from '../recall/index.ts';

export interface RecallMount {
  readonly desk: RecallDesk;
  readonly settings: { readonly operatorNames: readonly string[]; readonly orderKey: string };
  readonly hosts: (ods: string) => Promise<boolean>;
  readonly certificates: Omit<CertificateChecks, 'commonNames'>;
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

/** @throws ConfigurationError where the key cannot be read */
export function mountRecall(
  server: FastifyInstance,
  { settings, certificates, ...mount }: RecallMount,
): void {
  const { orderKey } = readSettingFiles({ orderKey: settings.orderKey });
  const answer = answerRecall({
    ...mount,
    key: createPublicKey(orderKey),
    certificates: {
      ...certificates,
      commonNames: new Set(settings.operatorNames.map((name) => name.toLowerCase())),
    },
  });
  server.addHook('onRequest', async (request, reply) => {
    if (!isRecallAddress(request.raw.url)) return;
    reply.hijack();
    await answer(request.raw, reply.raw);
  });
}
