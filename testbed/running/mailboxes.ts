// The mailboxes of England: every practice, and every organisation that sends documents or updates. spec: mesh §2, §7
import { createHmac } from 'node:crypto';
import type { MailboxLoad, WorkflowRight } from '@gp-connect/national';
import type { ConsumerOrganisation, England, Practice } from '../england/index.ts';
import type { RunningPlan } from './service-settings.ts';

/** Workflows by the product that sends them; each is answered under its `_ACK`. */
const workflows: Readonly<Record<string, readonly string[]>> = {
  'send-document': ['GPCONNECT_SEND_DOCUMENT', 'GPFED_CONSULT_REPORT'],
  'update-record': ['GPCONNECT_UPDATE_RECORD', 'DIGMED_FLU_VAC', 'DIGMED_EMG_MED'],
};

/** Practices tell senders of recalls of their messages. spec: national-service INC-09 */
const recallNoticeWorkflow = 'GPC_RECALL_NOTICE';

export const practiceMailboxId = ({ ods }: Pick<Practice, 'ods'>): string => `${ods}OT001`;

/** `X26OT101` for the second consumer organisation. */
export const senderMailboxId = (
  { england }: Pick<RunningPlan, 'england'>,
  { ods }: Pick<ConsumerOrganisation, 'ods'>,
): string => `X26OT${100 + england.consumers.findIndex((consumer) => consumer.ods === ods)}`;

/**
 * `X26OT201`: the same organisation's mailbox for scripts. Answers come to the mailbox a message left from, and each has
 * one reader.
 */
export const scriptMailboxId = (
  plan: Pick<RunningPlan, 'england'>,
  consumer: Pick<ConsumerOrganisation, 'ods'>,
): string => senderMailboxId(plan, consumer).replace('X26OT1', 'X26OT2');

/** The same at every start, and another for each mailbox. */
export const mailboxPassword = ({ secrets }: Pick<RunningPlan, 'secrets'>, mailbox: string): string =>
  createHmac('sha256', secrets.text('mesh-passwords')).update(mailbox).digest('base64url');

/** The organisations with a product that sends. */
export const sendersOf = ({ consumers }: England): ConsumerOrganisation[] =>
  consumers.filter(({ products }) => products.some((product) => workflows[product]));

export function mailboxesOf(plan: RunningPlan): MailboxLoad[] {
  const { england } = plan;
  const all = Object.values(workflows).flat();
  const practices = england.practices.map((practice) => ({
    id: practiceMailboxId(practice),
    ods: practice.ods,
    name: practice.name,
    workflows: [...rights(all, 'receive'), ...rights([recallNoticeWorkflow], 'send')],
  }));
  const senders = sendersOf(england).flatMap((consumer) =>
    [senderMailboxId(plan, consumer), scriptMailboxId(plan, consumer)].map((id) => ({
      id,
      ods: consumer.ods,
      name: consumer.name,
      workflows: [
        ...rights(
          consumer.products.flatMap((product) => workflows[product] ?? []),
          'send',
        ),
        ...rights([recallNoticeWorkflow], 'receive'),
      ],
    })),
  );
  return [...practices, ...senders].map((mailbox) => ({
    ...mailbox,
    password: mailboxPassword(plan, mailbox.id),
  }));
}

/** Who sends a workflow receives its answers, and the other way about. */
function rights(names: readonly string[], way: 'send' | 'receive'): WorkflowRight[] {
  const send = way === 'send';
  return names.flatMap((workflow) => [
    { workflow, send, receive: !send },
    { workflow: `${workflow}_ACK`, send: !send, receive: send },
  ]);
}
