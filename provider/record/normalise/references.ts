// References: relative, and a placeholder's words where they belong.
// spec: access-record-structured §5, §9.4 (placeholders), §18; foundations §9.2
import { isResourceType } from '@gp-connect/foundation/fhir';
import { isObject, type Json, referenceTarget } from '../json.ts';
import { binaryIdOf } from '../links-of.ts';

/** `fullUrl` of the bundle's entries to `Type/id`. */
export type FullUrls = ReadonlyMap<string, string>;

/** Puts one Reference right in place and answers the rule that did; undefined where it was right. */
export function normaliseReference(reference: Json, fullUrls: FullUrls): string | undefined {
  const written = reference.reference;
  if (typeof written !== 'string') return undefined;
  const inBundle = fullUrls.get(written);
  if (inBundle !== undefined && inBundle !== written) {
    reference.reference = inBundle;
    return 'reference-by-full-url';
  }
  if (written.startsWith('#') || isKnownTarget(written)) return undefined;
  const absolute = /^https?:\/\/.+\/([A-Z][A-Za-z]+)\/([^/\s]+?)(?:\/_history\/[^/\s]+)?$/.exec(written);
  if (absolute && isResourceType(absolute[1]!)) {
    reference.reference = `${absolute[1]}/${absolute[2]}`;
    return 'reference-absolute';
  }
  const versioned = /^([A-Z][A-Za-z]+\/[^/\s]+)\/_history\/[^/\s]+$/.exec(written);
  if (versioned) {
    reference.reference = versioned[1];
    return 'reference-to-version';
  }
  // Sentences in the place of the address: `Referral items are not supported by the provider system`.
  if (/\s/.test(written.trim()) && !/^[a-z]+:/i.test(written)) {
    delete reference.reference;
    reference.display ??= written;
    return 'placeholder-in-reference';
  }
  return undefined;
}

function isKnownTarget(written: string): boolean {
  const target = referenceTarget(written);
  return target !== null && !/\s/.test(written) && isResourceType(target.type);
}

/** An attachment's address of a Binary on its old server, as the relative one kept here. */
export function normaliseAttachment(attachment: Json): string | undefined {
  const id = binaryIdOf(attachment.url);
  if (id === null || attachment.url === `Binary/${id}`) return undefined;
  attachment.url = `Binary/${id}`;
  return 'attachment-address';
}

/** Replaces the text of every Reference in a tree, in place. */
export function replaceReferences(node: unknown, from: string, to: string): void {
  if (Array.isArray(node)) for (const item of node) replaceReferences(item, from, to);
  else if (isObject(node)) {
    if (node.reference === from) node.reference = to;
    for (const name in node) if (typeof node[name] === 'object') replaceReferences(node[name], from, to);
  }
}
