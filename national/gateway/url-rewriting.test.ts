// RTE-14: literal, blind to case, the same however the bytes are cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRewriter, type Rewriting } from './url-rewriting.ts';

const rewriting: Rewriting = {
  serviceRoot: 'https://pcs.example.nhs.uk/A1/STU3/1/gp.c(onnect',
  routerRoot: 'https://r.example/A1/STU3/1/gpconnect/fhir',
  providerOrigin: 'https://pcs.example.nhs.uk',
  routerOrigin: 'https://r.example',
};

function rewritten(text: string, cuts: readonly number[] = []): string {
  const rewriter = createRewriter(rewriting);
  const bytes = Buffer.from(text);
  const ends = [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].toSorted((a, b) => a - b);
  const out = ends.map((end, at) => rewriter.write(bytes.subarray(at === 0 ? 0 : ends[at - 1], end)));
  return Buffer.concat([...out, rewriter.end()]).toString();
}

test('RTE-14 the service root, any other URL on the host, and nothing else is rewritten', () => {
  const cases: [string, string][] = [
    [`"${rewriting.serviceRoot}/Binary/1"`, `"${rewriting.routerRoot}/Binary/1"`],
    ['"https://pcs.example.nhs.uk/other/x"', '"https://r.example/other/x"'],
    ['"https://PCS.Example.nhs.uk/A1/stu3/1/GP.C(onnect/x"', `"${rewriting.routerRoot}/x"`],
    ['"https:\\/\\/pcs.example.nhs.uk\\/other"', '"https:\\/\\/r.example\\/other"'],
    ['https://pcs.example.nhs.uk.evil.example/', 'https://pcs.example.nhs.uk.evil.example/'],
    ['https://pcsxexample.nhs.uk/', 'https://pcsxexample.nhs.uk/'],
    ['http://pcs.example.nhs.uk/', 'http://pcs.example.nhs.uk/'],
    [`${rewriting.serviceRoot}s/x`, 'https://r.example/A1/STU3/1/gp.c(onnects/x'],
    ['https:https://pcs.example.nhs.uk', 'https:https://r.example'],
    ['Zoë — https://pcs.example.nhs.uk?ü', 'Zoë — https://r.example?ü'],
    ['', ''],
  ];
  for (const [given, wanted] of cases) assert.equal(rewritten(given), wanted);
});

test('RTE-14 the result does not depend on how the body is cut into chunks', () => {
  const piece = fc.constantFrom(
    rewriting.serviceRoot,
    rewriting.providerOrigin,
    'https://',
    'https:',
    'HTTPS://PCS.',
    '/',
    '"é',
    'x',
    'nhs.uk',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.array(fc.nat(400), { maxLength: 8 }),
      (pieces, cuts) => {
        const text = pieces.join('');
        assert.equal(rewritten(text, cuts), rewritten(text));
      },
    ),
  );
});
