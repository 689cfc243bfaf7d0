// Which mailbox asks: the rules of a token in their order. spec: mesh §2
import type { Mesh } from './context.ts';
import { MeshFault, type MeshFaultName } from './errors.ts';
import { isTokenValid, readToken } from './token.ts';
import type { Mailbox } from './types.ts';

export interface Asked {
  readonly authorization: string | undefined;
  /** Mailbox of the path, upper case. */
  readonly mailboxId: string;
  /** What an unknown mailbox is told it failed at. */
  readonly sending: boolean;
}

/** The mailbox of the path, proven by the token. @throws MeshFault, all 403 */
export async function authenticate(mesh: Mesh, asked: Asked): Promise<Mailbox> {
  try {
    return await check(mesh, asked);
  } catch (error) {
    if (error instanceof MeshFault) mesh.metrics.refusedTokens.inc({ reason: error.fault });
    throw error;
  }
}

async function check(mesh: Mesh, { authorization, mailboxId, sending }: Asked): Promise<Mailbox> {
  const { authentication, sharedKey, tokenWindowMinutes, replayProtection } = mesh.settings;
  const noMailbox: MeshFaultName = sending ? 'noMailboxOnSend' : 'noMailbox';
  if (authentication === 'none') return activeMailbox(mesh, mailboxId, noMailbox);
  const token = readToken(authorization);
  if (token.mailboxId !== mailboxId) throw new MeshFault('tokenOfOtherMailbox');
  const mailbox = await activeMailbox(mesh, mailboxId, noMailbox);
  if (authentication === 'canned') {
    if (token.nonce !== 'VALID') throw new MeshFault('invalidToken');
    return mailbox;
  }
  const password = (await mesh.mailboxes.passwordOf(mailboxId)) ?? '';
  const time = { now: mesh.clock(), windowMinutes: tokenWindowMinutes };
  if (!isTokenValid(token, { password, sharedKey }, time)) throw new MeshFault('invalidToken');
  if (replayProtection && !(await mesh.replay.isNew(token))) throw new MeshFault('repeatedToken');
  return mailbox;
}

async function activeMailbox(mesh: Mesh, id: string, otherwise: MeshFaultName): Promise<Mailbox> {
  const mailbox = await mesh.mailboxes.find(id);
  if (!mailbox) throw new MeshFault(otherwise);
  if (!mailbox.active) throw new MeshFault('inactiveMailbox');
  return mailbox;
}
