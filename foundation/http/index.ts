// What every service's HTTP side shares: server, errors, media types, logging, metrics, operations, shutdown.

export type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
export { onShutdown, runUntilStopped } from './lifecycle.ts';
export { type ListenAddress, listenAddress, PortInUseError, startListening } from './listen.ts';
export { createLogger, type Logger } from './logging.ts';
export { createMetrics, type Metrics } from './metrics.ts';
export { type Health, startOperations } from './operations.ts';
export { piecesOf, releasePiece, streamOf, throughZlib, writePiece } from './pieces.ts';
export { createServer, type ServerOptions } from './server.ts';
