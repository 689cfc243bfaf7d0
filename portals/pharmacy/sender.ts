// The message sender behind the pharmacy pages: one mailbox of one pharmacy, checks with the user's own sign-in, a round
// of sending and collecting from time to time. spec: messaging §2.5, §3.5, SG-20
import { randomUUID } from 'node:crypto';
import {
  type Directory,
  type MessageSender,
  openMessageSender,
  patientDirectory,
  plausibilityCheck,
  type SenderDatabase,
  type SenderMailbox,
} from '@gp-connect/consumer';
import type { Logger } from '@gp-connect/foundation/http';
import type { Store } from '@gp-connect/foundation/store';
import type { TerminologySource } from '@gp-connect/foundation/terminology';
import type { RestVault } from '@gp-connect/foundation/trust';

export interface Messages {
  /** The sender for a signed-in user: PDS is asked with their token. */
  as(accessToken: string): MessageSender;
  /** Sends what is due, collects answers, looks for time-outs. */
  round(): Promise<void>;
}

export interface MessagesSettings {
  readonly store: Store<SenderDatabase>;
  readonly vault: RestVault;
  readonly mailbox: string;
  readonly identifierSystem: string;
  readonly mesh: SenderMailbox;
  readonly directory: Directory;
  readonly terminology: TerminologySource;
  readonly clock: () => number;
  readonly logger: Logger;
}

export function openMessages(settings: MessagesSettings): Messages {
  const { store, vault, mailbox, identifierSystem, mesh, directory, terminology, clock, logger } = settings;
  const as = (accessToken: string): MessageSender =>
    openMessageSender({
      store,
      vault,
      sender: { mailbox, identifierSystem },
      mesh,
      directory: patientDirectory(directory, async () => accessToken),
      plausibility: plausibilityCheck(terminology),
      now: () => new Date(clock()),
      newId: randomUUID,
    });
  // What runs by itself asks PDS nothing.
  const own = as('');
  let running: Promise<void> | undefined;
  const once = async () => {
    for (const step of [() => own.sendDue(), () => own.receiveResponses(), () => own.followUp()]) {
      await step().catch((error: unknown) =>
        logger.warn({ err: error }, 'a round of the mailbox was not finished'),
      );
    }
  };
  return {
    as,
    round() {
      running ??= once().finally(() => {
        running = undefined;
      });
      return running;
    },
  };
}
