// Document metadata in a structured answer: attachments point at the practice's document server.
// spec: access-record-structured §11.13
import type { JsonResource } from '@gp-connect/foundation/fhir';

interface Content {
  attachment?: { url?: string };
}

/** Replaces the address of stored Binaries in place; addresses elsewhere stay as they are. */
export function pointAttachmentsTo(resource: JsonResource, documentsRoot: string): void {
  const contents = Array.isArray(resource.content) ? (resource.content as Content[]) : [];
  for (const { attachment } of contents) {
    const id = /(?:^|\/)Binary\/([^/?#]+)$/.exec(attachment?.url ?? '')?.[1];
    if (attachment !== undefined && id !== undefined) attachment.url = `${documentsRoot}/Binary/${id}`;
  }
}
