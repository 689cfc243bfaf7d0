// Binding to a port, with one clear line when it is taken.
import type { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

export class PortInUseError extends Error {
  constructor(service: string, port: number) {
    super(
      `port ${port} for ${service} is already in use; stop the other program, or move all ports with --port-base`,
    );
    this.name = 'PortInUseError';
  }
}

export interface ListenAddress {
  host: string;
  port: number;
}

/** Listens (port 0: any free one) and answers the address really bound. @throws PortInUseError */
export async function startListening(
  server: FastifyInstance | Server,
  service: string,
  address: ListenAddress,
): Promise<ListenAddress> {
  try {
    if ('inject' in server) await server.listen({ host: address.host, port: address.port });
    else await listenPlain(server, address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new PortInUseError(service, address.port);
    throw error;
  }
  return listenAddress('inject' in server ? server.server : server);
}

export function listenAddress(server: Server): ListenAddress {
  const bound = server.address();
  if (!bound || typeof bound === 'string') throw new Error('the server is not listening on a port');
  return { host: bound.address, port: bound.port };
}

function listenPlain(server: Server, address: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address.port, address.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
