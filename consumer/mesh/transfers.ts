// Requests whose bodies may be of any size, in memory that does not grow with them: over node:http, which gives each piece
// of a body memory of its own and tells when a piece has been passed on. spec: mesh §7
import {
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request as overHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as overHttps } from 'node:https';
import type { Socket } from 'node:net';
import { releasePiece, writePiece } from '@gp-connect/foundation/http';
import type { clientTls } from '@gp-connect/foundation/trust';

export interface Transfer {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Lent pieces: each is used until the next is asked for. */
  readonly body?: AsyncIterable<Uint8Array>;
  /** Longest silence. */
  readonly timeoutMs: number;
}

export interface TransferAnswer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  /** To be read, or destroyed. */
  readonly body: IncomingMessage;
}

export interface Transfers {
  /** @throws what the connection, or the source of the body, fails with */
  request(transfer: Transfer): Promise<TransferAnswer>;
  /** Waits for what is under way. */
  close(): Promise<void>;
}

export interface TransferSettings {
  readonly origin: string;
  readonly tls: ReturnType<typeof clientTls> | undefined;
  readonly connections: number;
  readonly keepAliveMs: number;
}

type Outgoing = ReturnType<typeof overHttp>;

export function openTransfers({ origin, tls, connections, keepAliveMs }: TransferSettings): Transfers {
  const keeping = { keepAlive: true, maxSockets: connections, timeout: keepAliveMs };
  const agent = tls ? new HttpsAgent({ ...keeping, ...tls }) : new HttpAgent(keeping);
  const running = new Set<Promise<unknown>>();
  return {
    async request({ method, path, headers, body, timeoutMs }) {
      const outgoing = (tls ? overHttps : overHttp)(origin + path, { agent, method, headers });
      const ended = new Promise<void>((resolve) => outgoing.once('close', resolve));
      running.add(ended);
      ended.then(() => running.delete(ended));
      outgoing.setTimeout(timeoutMs, () => outgoing.destroy(timedOut()));
      outgoing.once('socket', (socket) => releaseWhatIsRead(socket, ended));
      const answered = new Promise<IncomingMessage>((resolve, reject) => {
        outgoing.once('response', resolve).on('error', reject);
      });
      answered.catch(() => undefined);
      if (body) await sendBody(outgoing, body, answered);
      else outgoing.end();
      const answer = await answered;
      answer.on('error', () => undefined);
      return { statusCode: answer.statusCode!, headers: answer.headers, body: answer };
    },
    async close() {
      await Promise.all(running);
      agent.destroy();
    },
  };
}

/** Writes until the end, or until the server answers: before the end it only ever refuses. */
async function sendBody(
  outgoing: Outgoing,
  body: AsyncIterable<Uint8Array>,
  answered: Promise<IncomingMessage>,
): Promise<void> {
  const server = { hasAnswered: false };
  outgoing.once('response', (answer) => {
    server.hasAnswered = true;
    answer.once('close', () => outgoing.writableFinished || outgoing.destroy());
  });
  try {
    for await (const piece of body) {
      if (server.hasAnswered) return;
      // What the connection failed with, or what the server had to say, is told by the answer.
      const written = await writePiece(outgoing, piece).then(
        () => true,
        () => false,
      );
      if (!written) return void (await answered);
    }
    outgoing.end();
  } catch (error) {
    outgoing.destroy();
    throw error;
  }
}

/** What came from the network has been parsed and copied once every listener has seen it. */
function releaseWhatIsRead(socket: Socket, ended: Promise<void>): void {
  const release = (bytes: Uint8Array): void => queueMicrotask(() => releasePiece(bytes));
  socket.on('data', release);
  ended.then(() => socket.off('data', release));
}

const timedOut = (): Error =>
  Object.assign(new Error('the server was silent for too long'), { code: 'ETIMEDOUT' });
