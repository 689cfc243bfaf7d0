// Structured logs that cannot carry a body, token, NHS number or query value. spec: national-service RTE-17
import { type Logger as PinoLogger, pino } from 'pino';
import { redactNhsNumbers } from '../nhs/index.ts';

export type Logger = PinoLogger;

/** Members that never reach a log line, wherever they appear. */
const FORBIDDEN = [
  'authorization',
  'cookie',
  'body',
  'query',
  'url',
  'nhsNumber',
  'token',
  'password',
  'secret',
];

/**
 * JSON lines on standard output (or `destination`). Errors are logged by name, message and stack, with NHS
 * numbers struck out of all three; members named in the list above are removed at any of the first three levels.
 */
export function createLogger(options: {
  name: string;
  level?: string | undefined;
  destination?: { write(line: string): void };
}): Logger {
  const paths = FORBIDDEN.flatMap((member) => [member, `*.${member}`, `*.*.${member}`]);
  const settings = {
    name: options.name,
    level: options.level ?? 'info',
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths, remove: true },
    serializers: { err: describeError, error: describeError },
    hooks: {
      logMethod(this: PinoLogger, args: unknown[], method: (...args: never[]) => void) {
        const clean = args.map((arg) => (typeof arg === 'string' ? redactNhsNumbers(arg) : arg));
        method.apply(this, clean as never[]);
      },
    },
  };
  return options.destination ? pino(settings, options.destination) : pino(settings);
}

function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: 'not an error object' };
  return {
    type: error.name,
    message: redactNhsNumbers(error.message),
    code: (error as NodeJS.ErrnoException).code,
    stack: error.stack && redactNhsNumbers(error.stack),
  };
}
