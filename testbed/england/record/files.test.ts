// The made files open: their inner tables point where they should.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pdfFile, rtfFile, textFile, tiffFile } from './files.ts';

const bytesOf = (file: { base64(): string }): Buffer => Buffer.from(file.base64(), 'base64');

function assertOpens(pdf: Buffer): void {
  const text = pdf.toString('latin1');
  assert.ok(text.startsWith('%PDF-1.4\n') && text.endsWith('%%EOF\n'));
  const start = Number(/startxref\n(\d+)\n/.exec(text)?.[1]);
  assert.equal(text.slice(start, start + 5), 'xref\n');
  const offsets = [...text.slice(start).matchAll(/^(\d{10}) 00000 n $/gm)].map((match) => Number(match[1]));
  assert.equal(offsets.length, 5);
  offsets.forEach((offset, i) => {
    assert.equal(text.slice(offset, offset + 8), `${i + 1} 0 obj\n`);
  });
  const [, length, stream] = /\/Length (\d+) >>\nstream\n([\s\S]*?)\nendstream/.exec(text)!;
  assert.equal(stream!.length, Number(length));
}

test('a PDF has right offsets and lengths, whatever its text holds', () => {
  assertOpens(bytesOf(pdfFile(['Letter', 'with (brackets) and \\ and Ωmega'])));
});

test('a padded PDF is exactly as large as asked and still opens', () => {
  for (const size of [2000, 10_000, 10_001, 99_999, 100_000, 100_001, 5_242_880]) {
    const file = pdfFile(['Large'], size);
    const bytes = bytesOf(file);
    assert.equal(bytes.length, size);
    assert.equal(file.size, size);
    if (size < 200_000) assertOpens(bytes);
  }
});

test('a TIFF has its directory after the pixels, with one strip of their size', () => {
  const bytes = bytesOf(tiffFile());
  assert.equal(bytes.toString('latin1', 0, 4), 'II*\0');
  const at = bytes.readUInt32LE(4);
  const tags = new Map<number, number>();
  for (let i = 0; i < bytes.readUInt16LE(at); i++) {
    const entry = at + 2 + i * 12;
    tags.set(
      bytes.readUInt16LE(entry),
      bytes.readUInt16LE(entry + 2) === 3 ? bytes.readUInt16LE(entry + 8) : bytes.readUInt32LE(entry + 8),
    );
  }
  assert.equal(tags.get(256)! * tags.get(257)!, 64 * 64);
  assert.equal(tags.get(279), (64 * 64) / 8);
  assert.ok(tags.get(273)! + tags.get(279)! <= bytes.length);
  assert.deepEqual(
    [...tags.keys()],
    [...tags.keys()].toSorted((a, b) => a - b),
  );
});

test('RTF escapes braces, text ends in a line feed', () => {
  const rtf = bytesOf(rtfFile(['a {b} \\c'])).toString('latin1');
  assert.ok(rtf.startsWith('{\\rtf1') && rtf.includes('a \\{b\\} \\\\c') && rtf.trimEnd().endsWith('}'));
  assert.equal(bytesOf(textFile(['é'])).toString('utf8'), 'é\n');
});
