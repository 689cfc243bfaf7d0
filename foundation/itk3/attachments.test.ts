// spec: messaging §5.2, R14
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attachmentTypes, checkAttachment } from './attachments.ts';

const samples: Record<string, Uint8Array> = {
  pdf: Buffer.from('%PDF-1.7\n'),
  doc: Buffer.from('d0cf11e0a1b11ae1', 'hex'),
  docx: Buffer.from('504b030414000600', 'hex'),
  rtf: Buffer.from('{\\rtf1 x}'),
  html: Buffer.from('<!DOCTYPE html><p>x</p>'),
  txt: Buffer.from('Plain words £'),
  xml: Buffer.from('<?xml version="1.0"?><a/>'),
  jpg: Buffer.from('ffd8ffe0', 'hex'),
  png: Buffer.from('89504e470d0a1a0a', 'hex'),
  tif: Buffer.from('49492a00', 'hex'),
};

for (const { mime, also, extension } of attachmentTypes) {
  test(`${mime} is taken with its own content, and refused with a program's`, () => {
    const right = Buffer.from(samples[extension]!).toString('base64');
    for (const name of [mime, ...also, `${mime.toUpperCase()}; charset=utf-8`]) {
      const checked = checkAttachment(name, right);
      assert.ok('type' in checked, name);
      assert.equal(checked.type.extension, extension);
    }
    const program = checkAttachment(mime, Buffer.from('MZ\x90\x00\x03').toString('base64'));
    assert.ok('fault' in program && program.fault.code === '20005');
  });
}

test('base64 may be broken into lines, and must be base64', () => {
  assert.ok('bytes' in checkAttachment('application/pdf', 'JVBE\nRi0x\r\nLjcK'));
  for (const text of ['', 'JVB', 'JVBE!i0x', 'data:application/pdf;base64,JVBERi0x']) {
    const checked = checkAttachment('application/pdf', text);
    assert.ok('fault' in checked && checked.fault.code === '20009', text);
  }
});

test('an unlisted type is refused with 20005', () => {
  for (const mime of ['application/x-msdownload', 'image/svg+xml', 'application/zip', '']) {
    const checked = checkAttachment(mime, 'JVBERi0x');
    assert.ok('fault' in checked && checked.fault.code === '20005', mime);
  }
});
