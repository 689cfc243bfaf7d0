// What keeps a message from being sent or followed, in words a support desk can act on.
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';

interface Fault {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
}

const byCode: Readonly<Record<string, string>> = {
  MESH_UNAVAILABLE: 'MESH does not answer: what was composed is kept; give the same command again',
  MESH_FORBIDDEN:
    'MESH refuses the mailbox: look at its password, the shared key, the certificate and this machine’s clock',
  ECONNREFUSED: 'England is not answering: is "npm start" running?',
  STALE_VERSION: 'another process sent a version of this at the same time: give the command again',
};

/** A `CommandError` where the fault is one of those met in life; otherwise the fault itself. */
export function sendingFault(error: unknown): unknown {
  if (error instanceof CommandError) return error;
  const { name, code, message = '' } = error as Fault;
  const known = byCode[code ?? ''] ?? byCode[(error as { cause?: Fault }).cause?.code ?? ''];
  if (known) return new CommandError(known, exitCode.failed);
  if (name === 'LockedFolderError')
    return new CommandError(
      'another "gpc send" of this organisation is still at work: try again',
      exitCode.failed,
    );
  if (name === 'ServiceUnavailableError' || code?.startsWith('MESH_'))
    return new CommandError(message, exitCode.failed);
  return error;
}
