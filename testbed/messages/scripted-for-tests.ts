// For tests: a sender for scripts of the test pharmacy, and a document to hand in.
import { createHash } from 'node:crypto';
import {
  composeSendDocument,
  type HandIn,
  openScriptedSender,
  plausibilityCheck,
  type ScriptedSender,
} from '@gp-connect/consumer';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { fileVault } from '@gp-connect/foundation/trust';
import { pharmacy, practice, SHARED_KEY } from '../mesh/mesh-for-tests.ts';
import { patient } from './practice-for-tests.ts';

export interface ScriptedPlace {
  readonly folder: string;
  readonly url: string;
  readonly tls: { readonly key: string; readonly cert: string; readonly ca: string };
}

export const scriptedPlace = ({ folder, url, tls }: ScriptedPlace): Promise<ScriptedSender> =>
  openScriptedSender({
    folder,
    vault: fileVault(`${folder}.key`),
    mailbox: {
      mailboxId: pharmacy.id,
      password: pharmacy.password,
      sharedKey: SHARED_KEY,
      connection: { url, tls },
      settleMs: 500,
    },
    identifierSystem: 'https://pharmacy.example/id',
    directory: {
      trace: async (nhsNumber) => ({
        ...{ nhsNumber, families: [patient.family], birthDate: patient.birthDate },
        ...{ practice: practice.ods, problems: [] },
      }),
    },
    plausibility: plausibilityCheck(demonstrationSource()),
  });

/** The title is what makes documents different. */
export const scriptedDocument = (id: string, title: string, more: Partial<HandIn> = {}): HandIn => ({
  id,
  fingerprint: createHash('sha256').update(title).digest('hex'),
  user: 'a script',
  compose: (context, replaces) =>
    composeSendDocument(context, {
      style: 'v2',
      patient,
      organisation: { ods: pharmacy.ods, name: 'Test Pharmacy' },
      practitioners: [{ family: 'Finch', given: ['Ada'], sdsUserId: '111222333444' }],
      title,
      lastSaved: context.now,
      primary: { contentType: 'application/pdf', bytes: Buffer.from('%PDF-1.4\n%%EOF\n') },
      ...(replaces ? { replaces } : {}),
    }),
  ...more,
});
