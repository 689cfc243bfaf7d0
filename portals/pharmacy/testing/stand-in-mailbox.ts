// For tests: a MESH mailbox in memory that takes everything, and practices that answer when told to.
import type { InboxMessage, OutgoingMessage, SenderMailbox } from '@gp-connect/consumer';
import { type Bundle, fromXml } from '@gp-connect/foundation/fhir';
import { composeResponse, idsOf, readMessage, responseWorkflow } from '@gp-connect/foundation/itk3';

export interface StandInMailbox extends SenderMailbox {
  readonly sent: OutgoingMessage[];
  /** The practice's answer to the message that was sent last. */
  answer(code: string): void;
}

export function standInMailbox(): StandInMailbox {
  const inbox = new Map<string, InboxMessage>();
  const sent: OutgoingMessage[] = [];
  let count = 0;
  const nextId = (): string => {
    count += 1;
    return `20261121140512${String(count).padStart(6, '0')}_A1B2C3`;
  };
  return {
    sendsOnce: true,
    sent,
    async send(message) {
      sent.push(message);
      return { outcome: 'accepted', meshId: nextId() };
    },
    waiting: async () => [...inbox.keys()],
    download: async (id) => inbox.get(id),
    async acknowledge(id) {
      inbox.delete(id);
    },
    answer(code) {
      const last = sent.at(-1)!;
      const { xml } = composeResponse({
        code,
        diagnostics: `because of ${code}`,
        answers: idsOf(readMessage(fromXml(last.body) as unknown as Bundle)!),
        responderOds: 'A82999',
        responderMailbox: 'A82999OT1',
        at: new Date(),
        newId: () => crypto.randomUUID(),
      });
      inbox.set(nextId(), {
        type: 'DATA',
        workflowId: responseWorkflow(last.fields.workflowId),
        subject: '',
        body: Buffer.from(xml),
      });
    },
  };
}
