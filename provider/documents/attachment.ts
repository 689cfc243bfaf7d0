// What becomes of an attachment: a link to its Binary, or a placeholder that says why there is none.
// spec: access-document §4.5, §4.6
import { type BinaryHead, binaryIdOf } from '../record/index.ts';

export const SIZE_LIMIT = 5 * 1024 * 1024;

export interface StoredAttachment {
  contentType?: unknown;
  url?: unknown;
  size?: unknown;
  title?: unknown;
}

export interface WireAttachment {
  contentType: string;
  url?: string;
  size: number;
  title?: string;
}

const unknownType = 'application/octet-stream';
/** Registered top-level media types; a GP system's own formats are not passed on. */
const standardType =
  /^(?:application|audio|font|image|message|model|multipart|text|video)\/[a-z0-9][a-z0-9!#$&^_.+-]*(?:\s*;.*)?$/i;

/** The MIME type that DocumentReference and Binary both carry. */
export function typeOf({ contentType }: StoredAttachment, head: BinaryHead | undefined): string {
  const named = typeof contentType === 'string' && contentType !== '' ? contentType : head?.contentType;
  return named ?? unknownType;
}

/** Why the content cannot be fetched; undefined where it can. */
export function hindrance(attachment: StoredAttachment, head: BinaryHead | undefined): string | undefined {
  if (head === undefined) return 'File not available';
  if (!standardType.test(typeOf(attachment, head))) return 'File format not supported';
  if (head.size > SIZE_LIMIT)
    return `File size ${head.size} bytes greater than maximum allowable (${SIZE_LIMIT / 1024 / 1024}MB)`;
  return undefined;
}

/** `heads` holds the contents that belong to this patient. */
export function wireAttachment(
  attachment: StoredAttachment,
  heads: ReadonlyMap<string, BinaryHead>,
  documentsRoot: string,
): WireAttachment {
  const id = binaryIdOf(attachment.url);
  const head = id === null ? undefined : heads.get(id);
  const reason = hindrance(attachment, head);
  const contentType = typeOf(attachment, head);
  if (reason === undefined)
    return { contentType, url: `${documentsRoot}/Binary/${head!.id}`, size: head!.size };
  return {
    contentType: standardType.test(contentType) ? contentType : unknownType,
    size: head?.size ?? sizeIn(attachment),
    // A stored placeholder says itself why it is one.
    title:
      id === null && typeof attachment.title === 'string' && attachment.title ? attachment.title : reason,
  };
}

/** The size recorded with the metadata; 0 where none is. Decimals keep their written form. */
function sizeIn({ size }: StoredAttachment): number {
  const known = Number(String(size ?? 0));
  return Number.isSafeInteger(known) && known >= 0 ? known : 0;
}
