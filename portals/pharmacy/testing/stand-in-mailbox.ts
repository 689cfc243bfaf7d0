// For tests: a MESH mailbox in memory that takes everything, and practices that answer when told to.
import {
  type InboxMessage,
  type OutgoingMessage,
  recallNoticeWorkflow,
  type SenderMailbox,
  type SendResult,
} from '@gp-connect/consumer';
import { type Bundle, fromXml } from '@gp-connect/foundation/fhir';
import { composeResponse, idsOf, readMessage, responseWorkflow } from '@gp-connect/foundation/itk3';

export interface StandInMailbox extends SenderMailbox {
  readonly sent: OutgoingMessage[];
  /** The practice's answer to the message that was sent last. */
  answer(code: string): void;
  /** A practice asks about messages, or says how it settled them. */
  notify(recall: string, messages: readonly { messageId: string; outcome: string }[]): void;
  /** What arrives next, as it is. */
  arrive(message: InboxMessage): void;
  waitingNow(): number;
  /** Of the next message sent. */
  outcome: SendResult['outcome'];
}

export function standInMailbox(): StandInMailbox {
  const inbox = new Map<string, InboxMessage>();
  const sent: OutgoingMessage[] = [];
  let count = 0;
  const nextId = (): string => {
    count += 1;
    return `20261121140512${String(count).padStart(6, '0')}_A1B2C3`;
  };
  const mailbox: StandInMailbox = {
    sendsOnce: true,
    outcome: 'accepted',
    sent,
    async send(message) {
      const { outcome } = mailbox;
      mailbox.outcome = 'accepted';
      if (outcome !== 'accepted') return { outcome: 'not-sent', reason: 'away' };
      sent.push(message);
      return { outcome, meshId: nextId() };
    },
    waitingNow: () => inbox.size,
    arrive(message) {
      inbox.set(nextId(), message);
    },
    notify(recall, messages) {
      const notice = { type: 'gp-connect-recall-notice/1', notice: `A82999-${count}`, recall, messages };
      mailbox.arrive({
        ...{ type: 'DATA', workflowId: recallNoticeWorkflow, subject: `Recall ${recall}`, from: 'A82999OT1' },
        body: Buffer.from(
          JSON.stringify({ ...notice, practice: 'A82999', title: 'Pregnancy status miscoded' }),
        ),
      });
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
  return mailbox;
}
