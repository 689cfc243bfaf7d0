// Requests that HTTP itself refuses, told as MESH tells them. spec: mesh §3.6 checks 2 and 3
import type { Socket } from 'node:net';
import { faultBody, MeshFault, SchemaFault } from './errors.ts';
import { apiMediaOrPlain } from './media.ts';

/** What HTTP itself refuses never reaches a route; a header that will not do is told as MESH tells it. */
export function answerBadRequest(
  error: NodeJS.ErrnoException & { rawPacket?: Buffer },
  socket: Socket,
): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const lines = headerLines(error.rawPacket);
  const accept = lines.find(({ name }) => name === 'accept')?.value.trim();
  const media = apiMediaOrPlain(accept);
  const fault = faultOf(error.code, lines);
  const body = fault ? JSON.stringify(faultBody(fault, media.version, '')) : '';
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: ${media.type}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}

interface HeaderLine {
  readonly name: string;
  readonly value: string;
}

function faultOf(code: string | undefined, lines: readonly HeaderLine[]): Error | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  const fields = lines.filter(({ value }) => /[\u0000-\u001f]/.test(value)).map(({ name }) => name);
  if (code === 'HPE_HEADER_OVERFLOW')
    return new SchemaFault('header', 'headers', 'the headers are too long', 'value_error.any_str.max_length');
  const isHeader = code === 'HPE_INVALID_HEADER_TOKEN' || fields.length > 0;
  return isHeader ? new MeshFault('malformedControl', { fields: [...new Set(fields)] }) : undefined;
}

/** Names in lower case with their values; a line that goes on with the one before keeps its line break. */
function headerLines(packet: Buffer | undefined): HeaderLine[] {
  const [head = ''] = (packet?.toString('latin1') ?? '').split('\r\n\r\n');
  return head
    .split(/\r\n(?![ \t])/)
    .slice(1)
    .flatMap((line) => {
      const [, name, value] = /^([\w-]+):(.*)$/s.exec(line) ?? [];
      return name === undefined ? [] : [{ name: name.toLowerCase(), value: value! }];
    });
}
