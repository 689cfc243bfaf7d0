// A TCP relay in front of a server, to break connections at chosen moments; it sees only encrypted bytes.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

export interface Relay {
  readonly origin: string;
  /** Bytes from the server still let through, over all connections, before they are broken; Infinity: all. */
  answerBytes: number;
  readonly connections: number;
  close(): Promise<void>;
}

/** Relays `127.0.0.1:{port}`. */
export async function startRelay(port: number): Promise<Relay> {
  const sockets = new Set<Socket>();
  const state = { answerBytes: Number.POSITIVE_INFINITY, connections: 0 };
  const server = createServer((incoming) => {
    state.connections++;
    const outgoing = connect(port, '127.0.0.1');
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    }
    incoming.pipe(outgoing);
    outgoing.on('data', (bytes: Buffer) => {
      if (!incoming.write(bytes.subarray(0, Math.max(0, state.answerBytes)))) {
        outgoing.pause();
        incoming.once('drain', () => outgoing.resume());
      }
      state.answerBytes -= bytes.length;
      if (state.answerBytes <= 0) for (const socket of [incoming, outgoing]) socket.destroy();
    });
    outgoing.on('end', () => incoming.end());
    incoming.on('close', () => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as { port: number };
  return {
    origin: `https://127.0.0.1:${address.port}`,
    get answerBytes() {
      return state.answerBytes;
    },
    set answerBytes(bytes: number) {
      state.answerBytes = bytes;
    },
    get connections() {
      return state.connections;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
