// Reads the text of our own PDFs back, page by page, as a reader would see it: through the fonts' own character maps.
import { inflateSync } from 'node:zlib';

/** The lines of each page, in the order they were drawn. */
export function pagesOf(pdf: Buffer): string[][] {
  const text = pdf.toString('latin1');
  const objects = new Map<string, { readonly head: string; readonly stream: string }>();
  for (const { 0: whole, 1: number, index } of text.matchAll(/^(\d+) 0 obj\n/gm)) {
    const start = index + whole.length;
    const end = text.indexOf('\nendobj', start);
    const at = text.slice(start, end).indexOf('stream\n');
    const head = at < 0 ? text.slice(start, end) : text.slice(start, start + at);
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0);
    const from = start + at + 'stream\n'.length;
    const stream = at < 0 ? '' : unpacked(pdf.subarray(from, from + length), head);
    objects.set(number!, { head, stream });
  }
  const named = (head: string, name: string) => new RegExp(`/${name} (\\d+) 0 R`).exec(head)?.[1] ?? '';
  const maps = new Map<string, Map<string, string>>();
  for (const { head } of objects.values()) {
    for (const [, name, font] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      maps.set(name!, charactersOf(objects.get(named(objects.get(font!)!.head, 'ToUnicode'))!.stream));
    }
  }
  return [...objects.values()]
    .filter(({ head }) => /\/Type \/Page\n/.test(head))
    .map(({ head }) => linesOf(objects.get(named(head, 'Contents'))!.stream, maps));
}

const unpacked = (bytes: Buffer, head: string): string =>
  (head.includes('/FlateDecode') ? inflateSync(bytes) : bytes).toString('latin1');

function charactersOf(map: string): Map<string, string> {
  const characters = new Map<string, string>();
  for (const [, first, , list] of map.matchAll(/<(\w{4})> <(\w{4})> \[([^\]]*)\]/g)) {
    for (const [offset, [, units]] of [...list!.matchAll(/<([\w ]*)>/g)].entries()) {
      const code = (Number.parseInt(first!, 16) + offset).toString(16).padStart(4, '0');
      characters.set(code, Buffer.from(units!.replaceAll(' ', ''), 'hex').swap16().toString('utf16le'));
    }
  }
  return characters;
}

function linesOf(content: string, maps: Map<string, Map<string, string>>): string[] {
  const lines: string[] = [];
  let font = '';
  for (const [, chosen, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/g)) {
    if (chosen) font = chosen;
    else {
      const codes = [...shown!.matchAll(/<(\w+)>/g)].flatMap(([, hex]) => hex!.match(/.{4}/g) ?? []);
      lines.push(codes.map((code) => maps.get(font)?.get(code) ?? '?').join(''));
    }
  }
  return lines;
}
