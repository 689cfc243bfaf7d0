// Every step of a message in the national audit, durable before the step is answered.
// spec: national-service AUD-01, AUD-07, LOG-06
import type { EventParts, MessagePart } from '@gp-connect/foundation/audit';
import { productOfWorkflow } from './products.ts';
import type { Mailbox, Message } from './types.ts';

/** Appends one entry; resolves once it is durable, rejects where it cannot be. */
export type AppendAudit = (parts: EventParts) => Promise<unknown>;

export interface MeshStep {
  readonly event: MessagePart['event'];
  readonly outcome: string | null;
  readonly message: Pick<Message, 'id' | 'workflow' | 'localId' | 'size'> &
    Partial<Pick<Message, 'status' | 'createdAt' | 'acceptedAt' | 'collectedAt'>>;
  readonly sender: Mailbox | undefined;
  readonly recipient: Mailbox | undefined;
  readonly nhsNumber: string | null;
  /** Common name of the certificate the step was asked with. */
  readonly certificate?: string | undefined;
}

export type MeshAudit = (step: MeshStep) => Promise<void>;

export function createAudit(
  append: AppendAudit,
  { clock, organisationType }: { clock: () => number; organisationType: (ods: string) => string },
): MeshAudit {
  return async ({ event, outcome, message, sender, recipient, nhsNumber, certificate }) => {
    const acknowledgement = message.workflow.endsWith('_ACK');
    const practice = acknowledgement ? sender : recipient;
    await append({
      patient: {
        kind: 'message',
        event,
        trace: message.id || null,
        nhsNumber,
        practice: practice?.ods ?? null,
        organisation: sender
          ? { ods: sender.ods, name: sender.name, type: organisationType(sender.ods) }
          : null,
        product: productOfWorkflow(message.workflow.replace(/_ACK$/, '')),
        workflow: message.workflow,
        outcome,
      },
      technical: {
        sender: partyOf(sender),
        recipient: partyOf(recipient),
        messageId: message.id,
        localId: message.localId,
        fileSize: message.size,
        status: message.status ?? null,
        times: {
          created: message.createdAt?.toISOString() ?? null,
          accepted: message.acceptedAt?.toISOString() ?? null,
          collected: message.collectedAt?.toISOString() ?? null,
          step: new Date(clock()).toISOString(),
        },
        certificate: certificate ?? null,
      },
    });
  };
}

const partyOf = (mailbox: Mailbox | undefined) =>
  mailbox ? { mailbox: mailbox.id, ods: mailbox.ods, name: mailbox.name } : null;
