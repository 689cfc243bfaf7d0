// The references of a resource as links: where they stand and what they point at.
// spec: access-record-structured §7 (where each link is stored)
import { isObject, type Json, type ResourceJson, referenceTarget, urlTail } from './json.ts';

export interface ResourceLink {
  /** Element path, array indices left out; an extension is `extension(name)`. */
  path: string;
  toType: string;
  toId: string;
}

/** Extension names in links: the address without its frame (`…Extension-CareConnect-GPC-ActualProblem-1`). */
const extensionNames: Readonly<Record<string, string>> = {
  'encounter-associatedEncounter': 'encounter',
};

function extensionName(url: unknown): string {
  const tail = urlTail(url);
  const known = extensionNames[tail];
  if (known !== undefined) return known;
  const bare = tail.replace(/^Extension-(?:CareConnect-)?(?:GPC-)?/, '').replace(/-\d+$/, '');
  return bare === '' ? tail : bare[0]!.toLowerCase() + bare.slice(1);
}

/**
 * Every relative reference of the resource in document order. The reference to the person the record is about is
 * left out: every entry has it. `Attachment.url` to a Binary is a link too (`content.attachment`).
 */
export function linksOf(resource: ResourceJson): ResourceLink[] {
  const links: ResourceLink[] = [];
  walk(resource, '', links);
  return links;
}

function walk(node: Json, path: string, links: ResourceLink[]): void {
  for (const name in node) {
    const value = node[name];
    if (name === 'reference' && typeof value === 'string') push(value, path, links);
    if (typeof value !== 'object' || value === null || name === 'contained' || name === 'coding') continue;
    if (name === 'extension' || name === 'modifierExtension') walkExtensions(value, path, links);
    else if (Array.isArray(value)) {
      const inner = join(path, name);
      for (const item of value) if (isObject(item)) walk(item, inner, links);
    } else if (name === 'attachment') pushAttachment(value as Json, join(path, name), links);
    else walk(value as Json, join(path, name), links);
  }
}

function walkExtensions(value: object, path: string, links: ResourceLink[]): void {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (!isObject(item)) continue;
    const inner = join(path, `extension(${extensionName(item.url)})`);
    const reference = isObject(item.valueReference) ? item.valueReference.reference : undefined;
    if (typeof reference === 'string') push(reference, inner, links);
    // The parts of a compound extension go by the name of the whole, except its target's own role.
    for (const part of Array.isArray(item.extension) ? item.extension : []) {
      const target =
        isObject(part) && isObject(part.valueReference) ? part.valueReference.reference : undefined;
      if (typeof target === 'string') push(target, inner, links);
    }
  }
}

function pushAttachment(attachment: Json, path: string, links: ResourceLink[]): void {
  const id = binaryIdOf(attachment.url);
  if (id !== null) links.push({ path, toType: 'Binary', toId: id });
}

/** The id of the Binary that an attachment's address names; null for other addresses. */
export function binaryIdOf(url: unknown): string | null {
  const match = typeof url === 'string' ? /(?:^|\/)Binary\/([^/?#]+)(?:[?#].*)?$/.exec(url) : null;
  return match?.[1] ?? null;
}

function push(reference: string, path: string, links: ResourceLink[]): void {
  const target = referenceTarget(reference);
  if (target === null || target.type === 'Patient') return;
  links.push({ path, toType: target.type, toId: target.id });
}

const join = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

/** Links as the text of the `links` column. */
export function writeLinks(links: readonly ResourceLink[]): string {
  let written = '';
  for (const link of links)
    written += `${written === '' ? '' : '\n'}${link.path}\t${link.toType}/${link.toId}`;
  return written;
}

/** The `links` column read back. */
export function readLinks(written: string): ResourceLink[] {
  if (written === '') return [];
  return written.split('\n').map((line) => {
    const tab = line.indexOf('\t');
    const slash = line.indexOf('/', tab);
    return { path: line.slice(0, tab), toType: line.slice(tab + 1, slash), toId: line.slice(slash + 1) };
  });
}
