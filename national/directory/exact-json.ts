// Writes JSON under exactly the media type given: of a string the server would add a charset of its own.
import type { FastifyReply } from '@gp-connect/foundation/http';

export function sendJson(reply: FastifyReply, contentType: string, body: unknown): FastifyReply {
  return reply.header('content-type', contentType).send(Buffer.from(JSON.stringify(body)));
}
