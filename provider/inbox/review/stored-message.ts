// A kept message read again from its unaltered bytes. spec: messaging §9 A2
import { gunzipSync } from 'node:zlib';
import { type Bundle, fromXml } from '@gp-connect/foundation/fhir';
import { type ItkMessage, readMessage } from '@gp-connect/foundation/itk3';
import { sql } from '@gp-connect/foundation/store';
import type { InboxDb } from '../inbox-database.ts';
import type { InboxPorts } from '../ports.ts';
import { rawBytes } from '../receiving/kept-raw.ts';

/** Where messages are kept, and what opens them. */
export interface KeptMessages {
  readonly db: InboxDb;
  readonly ports: Pick<InboxPorts, 'vault'>;
}

export interface RawMessage {
  readonly bytes: Buffer;
  readonly sha256: string;
  readonly meshId: string;
  readonly messageId: string | null;
  readonly subject: string | null;
}

export async function rawMessage(
  { db, ports: { vault } }: KeptMessages,
  practice: string,
  messageKey: number,
): Promise<RawMessage | undefined> {
  const found = await sql<{
    content: string;
    sha256: string;
    mesh_id: string;
    message_id: string | null;
    subject: string | null;
  }>`
    select r.content, m.sha256, m.mesh_id, m.message_id, m.subject from inbox_message m
    join inbox_raw r on r.practice = m.practice and r.message_key = m.message_key
    where m.practice = ${practice} and m.message_key = ${messageKey}`.execute(db);
  const row = found.rows[0];
  return (
    row && {
      bytes: rawBytes(vault, { practice, messageKey }, row.content),
      sha256: row.sha256,
      meshId: row.mesh_id,
      messageId: row.message_id,
      subject: row.subject,
    }
  );
}

const limits = { maxBytes: 5 * 1024 * 1024, maxElements: 500_000 };

/** An accepted message, parsed. It was judged when it came: here it is only read. */
export async function storedMessage(
  kept: KeptMessages,
  practice: string,
  messageKey: number,
): Promise<ItkMessage> {
  const raw = await rawMessage(kept, practice, messageKey);
  if (raw === undefined) throw new Error(`message ${messageKey} is not kept`);
  const { bytes } = raw;
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const xml = isGzip ? gunzipSync(bytes, { maxOutputLength: limits.maxBytes }) : bytes;
  return readMessage(fromXml(xml, 'STU3', limits) as unknown as Bundle)!;
}
