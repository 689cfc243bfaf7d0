// A practice's mailbox over the MESH client, as the inbox of a GP system wants it. The inbox and the client belong to
// different parties; whoever composes a deployment joins them. spec: mesh §8; messaging §2.5
import { createHash } from 'node:crypto';
import type { MeshMailbox } from '@gp-connect/consumer/mesh';
import type { Mailbox } from '@gp-connect/provider';

export function practiceMailbox(mesh: MeshMailbox): Mailbox {
  return {
    id: mesh.mailboxId,
    async list() {
      const ids: string[] = [];
      for await (const id of mesh.list()) ids.push(id);
      return ids;
    },
    async download(messageId) {
      const { info, payload } = await mesh.download(messageId);
      const { from, to, workflowId, subject, compressed, linkedMessageId, status } = info;
      return {
        body: payload,
        meta: {
          ...{ meshMessageId: info.messageId, mailbox: mesh.mailboxId, from, to, workflowId, compressed },
          messageType: info.type,
          ...(subject === undefined ? {} : { subject }),
          ...(linkedMessageId === undefined ? {} : { linkedMessageId }),
          ...(info.type === 'REPORT' ? { statusCode: status.code } : {}),
        },
      };
    },
    acknowledge: (messageId) => mesh.acknowledge(messageId),
    send: ({ to, workflowId, localId, subject, body }) =>
      mesh.send({
        ...{ to, workflowId, localId, subject, payload: Buffer.from(body) },
        // Notices of a recall are JSON, answers to messages FHIR.
        contentType: body.startsWith('{') ? 'application/json' : 'application/fhir+xml',
        // An answer has ids of its own: the same bytes are the same answer, tried again.
        sendId: createHash('sha256').update(body).digest('hex'),
      }),
  };
}
