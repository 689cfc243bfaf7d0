// How a document's metadata and its content hang together. spec: access-document §4.5, §5
import { isObject, type Json, keyOf, objects, type ResourceJson } from './json.ts';
import { binaryIdOf } from './links-of.ts';

/** The attachments of a DocumentReference. */
export function attachmentsOf(document: ResourceJson): Json[] {
  return objects(document.content).flatMap((content) =>
    isObject(content.attachment) ? [content.attachment] : [],
  );
}

/** Ids of the Binary resources a DocumentReference's attachments name. */
export function binaryIdsOf(document: ResourceJson): string[] {
  return attachmentsOf(document).flatMap((attachment) => binaryIdOf(attachment.url) ?? []);
}

/** The content of a confidential document is confidential: adds its Binary to the set. */
export function confidentialityOfContent(
  resources: readonly ResourceJson[],
  confidential: Set<string>,
): void {
  for (const resource of resources) {
    if (resource.resourceType !== 'DocumentReference' || !confidential.has(keyOf(resource))) continue;
    for (const id of binaryIdsOf(resource)) confidential.add(`Binary/${id}`);
  }
}
