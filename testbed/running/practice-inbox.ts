// The inbox of a running England's GP system: staff by CIS2, a mailbox for each practice over the MESH client.
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { openConnection, openMailbox } from '@gp-connect/consumer/mesh';
import { createAccessTokenVerifier, type StaffIdentity } from '@gp-connect/foundation/trust';
import { careSettings, type InboxComposition, type StaffUser } from '@gp-connect/provider';
import { defaultAudience } from '../identity/index.ts';
import { practiceMailbox } from '../mesh/practice-mailbox.ts';
import { certificateFiles, meshIdentity } from './certificates.ts';
import { mailboxPassword, practiceMailboxId } from './mailboxes.ts';
import { issuerOf, type RunningPlan } from './service-settings.ts';

/** MESH asks clients to wait longer; this one serves nobody else. */
const PAUSE_MS = 4000;

/** What a role of national-service §1 is within the practice's own inbox. */
const inboxRoles: Readonly<Record<string, readonly string[]>> = {
  'practice.clinician': ['clinician'],
  'practice.admin': ['lead'],
  'practice.caldicott': ['lead'],
  'practice.privacy-officer': ['privacy'],
  'practice.reception': ['reader'],
};

export interface RunningPracticeInbox extends InboxComposition {
  /** From now on nothing waits to try again: a round under way ends soon. */
  leave(): void;
  close(): Promise<void>;
}

export function practiceInbox(plan: RunningPlan, id: 'orchard' | 'cedar'): RunningPracticeInbox {
  const { england, layout, ports, secrets } = plan;
  const files = certificateFiles(layout, meshIdentity(id));
  const [key, cert, ca] = [files.key, files.cert, files.ca].map((file) => readFileSync(file, 'utf8'));
  const connection = openConnection({
    url: `https://localhost:${ports.mesh}`,
    tls: { key: key!, cert: cert!, ca: ca! },
  });
  const leaving = new AbortController();
  const pause = (ms: number) => wait(ms, undefined, { signal: leaving.signal }).catch(() => undefined);
  const practices = england.practices.filter(({ supplier }) => supplier === id);
  return {
    staff: staffOf(issuerOf(ports)),
    ports: sendersKnown(england),
    pauseMs: PAUSE_MS,
    openMailboxes: (journal) =>
      practices.map((practice) => ({
        practice: practice.ods,
        mailbox: practiceMailbox(
          openMailbox(
            {
              mailboxId: practiceMailboxId(practice),
              password: mailboxPassword(plan, practiceMailboxId(practice)),
              sharedKey: secrets.text('mesh-shared-key'),
              connection,
              journal: journal(practiceMailboxId(practice)),
            },
            { pause },
          ),
        ),
      })),
    leave: () => leaving.abort(),
    close: () => connection.close(),
  };
}

function staffOf(issuer: string): InboxComposition['staff'] {
  const verify = createAccessTokenVerifier({
    issuer,
    jwksUri: `${issuer}/jwks`,
    audience: defaultAudience,
    clock: Date.now,
  });
  return async (authorization) => {
    const verified = await verify(authorization).catch(() => undefined);
    return verified && userOf(verified.identity);
  };
}

const userOf = ({ userId, displayName, roleName, organisation, roles }: StaffIdentity): StaffUser => ({
  id: userId,
  name: displayName,
  role: roleName,
  practice: organisation.ods,
  roles: roles.flatMap((role) => inboxRoles[role] ?? []),
});

/** What the directory knows of senders, and messages do not say. */
function sendersKnown({ consumers }: RunningPlan['england']): NonNullable<InboxComposition['ports']> {
  const senders = new Map(consumers.map((consumer) => [consumer.ods, consumer]));
  return {
    senderProductOf: async ({ ods }) => {
      const found = senders.get(ods);
      return found && { name: found.product, version: found.productVersion };
    },
    careSettingOf: async (ods) => careSettings.find((setting) => setting === senders.get(ods)?.orgType),
    isActivePharmacy: async (ods) => senders.get(ods)?.orgType === 'pharmacy',
  };
}
