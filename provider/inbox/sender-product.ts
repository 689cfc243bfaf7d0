// What a message says of itself beside its content: when it was made, and by which product. spec: messaging §2.2;
// national-service INC-03. `source` names no product in the ITK profile (0..0); deployed senders that do are read, for
// the rest the deployment's directory may know.
import type { ItkMessage } from '@gp-connect/foundation/itk3';
import type { ArrivalMeta, InboxPorts } from './ports.ts';

export interface SenderProduct {
  readonly name: string;
  readonly version: string;
}

const MOST_CHARACTERS = 100;
const text = (value: unknown): string =>
  typeof value === 'string' ? value.trim().slice(0, MOST_CHARACTERS) : '';

/** `MessageHeader.timestamp`; undefined where it is no instant. */
export function sentAtOf(message: ItkMessage | undefined): Date | undefined {
  const at = new Date(message?.header.timestamp ?? '');
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** The product that made a message: from its header, else from the directory; undefined where neither says. */
export async function senderProductOf(
  message: ItkMessage | undefined,
  { from }: ArrivalMeta,
  { senderProductOf: directory }: Pick<InboxPorts, 'senderProductOf'>,
): Promise<SenderProduct | undefined> {
  const source = message?.header.resource.source;
  const name = text(source?.software) || text(source?.name);
  if (name !== '') return { name, version: text(source?.version) };
  const ods = message?.sender?.organisation ?? message?.sender?.site;
  return ods === undefined ? undefined : await directory?.({ ods, mailbox: from });
}
