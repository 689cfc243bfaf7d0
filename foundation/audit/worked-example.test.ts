// Every value of the worked example, byte for byte.
// spec: national-service §22.11

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { cosign, cosignedAt, parseCheckpoint, signCheckpoint, signedByLog } from './checkpoint.ts';
import { commitment, encodeEntry, type PartName, perPart } from './entry.ts';
import { leafHash, nodeHash, sha256, TreeEdge } from './merkle.ts';
import { consistencyPath, consistent, inclusionPath, rootHash } from './merkle-proofs.ts';
import { formatNote, formatVkey, SIGNATURE_TYPE, signerFromSeed } from './note.ts';
import { type EventParts, serialiseParts } from './parts.ts';
import { parsePolicy, policyText, quorumMet, trustedLogKey } from './policy.ts';
import { formatProof, parseProof, verifyProof } from './proof.ts';
import {
  decodeRecord,
  deriveKey,
  deriveMonthKeys,
  encodeRecord,
  nhsLookup,
  openPart,
  sealPart,
} from './record.ts';
import { encodeBundleItem, publishedFolder, withHashes } from './tiles.ts';
import { TreeFiles } from './tree-files.ts';

const ORIGIN = 'audit.gpc.example.nhs.uk/log/gw-01';
const WITNESS = 'audit.gpc.example.nhs.uk/witness/gw-02';
const logKey = signerFromSeed(ORIGIN, Buffer.alloc(32, 1));
const witnessKey = signerFromSeed(WITNESS, Buffer.alloc(32, 2), SIGNATURE_TYPE.cosignature);
const LOG_VKEY = 'audit.gpc.example.nhs.uk/log/gw-01+9cafd667+AYqI4910CfGV/VLbLTy6XXLKZwm/HZQSG/N0iAG0D29c';
const WITNESS_VKEY =
  'audit.gpc.example.nhs.uk/witness/gw-02+f9bd5044+BIE5dw6ofRdfVqNUZsNMfszLjYqRtO43ol32D1uPybOU';

const AT = '2026-03-02T10:41:07.114Z';
const event: EventParts = {
  patient: {
    decision: 'forward',
    purpose: 'directcare',
    areas: ['medications', 'allergies'],
    interaction: 'urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1',
    product: 'ar-structured',
    role: { display: 'Clinical Practitioner Access Role', code: 'R8000' },
    organisation: { type: 'acute-emergency', name: 'Northmoor Hospital', ods: 'RZ901' },
    practice: 'A83999',
    nhsNumber: '9123456787',
    trace: '6c1f1f0e-1b5e-4d2c-9b1d-0d5a9f0e7a11',
    kind: 'open',
  },
  staff: {
    name: 'Dr Amara Okafor',
    userId: '555011112222',
    roleProfileId: '555033334444',
    localUserId: 'aokafor',
  },
  technical: { method: 'POST', from: '200000001234', to: '200000009991', ip: '192.0.2.17', tls: 'TLSv1.3' },
};
const PARTS_TEXT = {
  patient:
    '{"v":1,"kind":"open","at":"2026-03-02T10:41:07.114Z","trace":"6c1f1f0e-1b5e-4d2c-9b1d-0d5a9f0e7a11","nhsNumber":"9123456787","practice":"A83999","organisation":{"ods":"RZ901","name":"Northmoor Hospital","type":"acute-emergency"},"role":{"code":"R8000","display":"Clinical Practitioner Access Role"},"product":"ar-structured","interaction":"urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1","areas":["medications","allergies"],"purpose":"directcare","decision":"forward"}',
  staff:
    '{"v":1,"userId":"555011112222","roleProfileId":"555033334444","localUserId":"aokafor","name":"Dr Amara Okafor"}',
  technical:
    '{"v":1,"method":"POST","from":"200000001234","to":"200000009991","ip":"192.0.2.17","tls":"TLSv1.3"}',
};

const ascii = (text: string): Buffer => sha256(Buffer.from(text));
const salt = (name: PartName): Buffer => ascii(`example salt ${name}`);
const parts = serialiseParts(event, AT);
const commitments = perPart((name) => commitment(salt(name), parts[name]));
const entries = [0, 1, 2, 3, 4].map((index) =>
  encodeEntry(index === 2 ? commitments : perPart((name) => ascii(`example ${index} ${name}`))),
);
const leaves = entries.map(leafHash);
const readLeaf = (level: number, index: number): Buffer => {
  assert.equal(level, 0);
  return leaves[index]!;
};
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const CHECKPOINT_3 = `${ORIGIN}\n3\n2SYZlnxTvFpkPrBTdhln1zTtZtXPUgHRHjrp1rGPiVU=\n\n\u2014 ${ORIGIN} nK/WZ49DhPyY7zbWmt/iA3DF3jarZQ3GCMejblBNKEFFIyNl56xef39seUHaDjg4F0DgqnbdLZyfHUZpxFqPvgteEA0=\n`;
const CHECKPOINT_5_LOG = `${ORIGIN}\n5\n9otvlfq5jlpKtvMAJa6zNVY44Z5s0aa6bfa63cKKfwA=\n\n\u2014 ${ORIGIN} nK/WZ7MXZa73fkSwmqzPOVTImkX+p0V0V5arqde0cX4bPevUja+J2Sj5t6QeW7y75cw0GjrxiLhRYliF+m2CGixpZAM=\n`;
const CHECKPOINT_5 = `${CHECKPOINT_5_LOG}\u2014 ${WITNESS} +b1QRAAAAABppWlQJp49g2y7EnaGhjrh+635EK9ySQhkkg9qpmvq+VuU0goGM3lsBjDR2rDdQTN3r2WbRBE6LMrNcVT29c441p6TBA==\n`;
const PROOF = `c2sp.org/tlog-proof@v1
extra AVs5jZ2hNhrfpvf9M6WajP7un3pdyVfg8/injbR9Kal9PWD6OxHI1viUBfcJoyW7P2AzZmyWu9vF4OwuY+xTDZh+mMRvaBFnx+Tsryc2pP5vwVuH0a3Oh5rUT1lSZh/N2g==
index 2
ANbzOxIlL4ToLAwRxhaMU/sjE1brxRhri9hLv+xLOwE=
5v70oJctBPwxPMnkWb2iq91NVS7r20WqDerEWT/VKQg=
1igSC9sY38DuHadpU65lR2NLvty87FzLrc/yHWoLYU8=

${CHECKPOINT_5}`;

test('LOG-02 key ids and vkeys of the log and the witness are those of the example', () => {
  assert.equal(formatVkey(logKey), LOG_VKEY);
  assert.equal(formatVkey(witnessKey), WITNESS_VKEY);
});

test('LOG-04 parts are written once, in contract order, whatever order they were given in', () => {
  for (const name of ['patient', 'staff', 'technical'] as const) {
    assert.equal(parts[name].toString(), PARTS_TEXT[name]);
  }
  assert.deepEqual([parts.patient.length, parts.staff.length, parts.technical.length], [495, 111, 99]);
});

test('LOG-05 salted commitments make the 97-byte entry', () => {
  assert.equal(hex(salt('patient')), '5b398d9da1361adfa6f7fd33a59a8cfeee9f7a5dc957e0f3f8a78db47d29a97d');
  assert.equal(hex(commitments.patient), '6931d6d3953f1cee60abdbcd33b6f87fcab97e4d6417a03e6c15c61e09a7a017');
  assert.equal(hex(commitments.staff), '3d60fa3b11c8d6f89405f709a325bb3f6033666c96bbdbc5e0ec2e63ec530d98');
  assert.equal(
    hex(commitments.technical),
    '7e98c46f681167c7e4ecaf2736a4fe6fc15b87d1adce879ad44f5952661fcdda',
  );
  assert.equal(entries[2]!.length, 97);
  assert.equal(entries[2]![0], 1);
});

test('LOG-11 leaves, nodes and roots are those of the example', () => {
  assert.deepEqual(leaves.map(hex), [
    '702d28aac5dfb2668d7b6de94c690260ab601bb9847f179dcc3d3adcf2596788',
    '23047099e031a6178da18d30f77b073bf139337556019d9f12b5c642d096ea7c',
    '43c2c9fa9d12622e66e4661c4a66c3527d2272824291f4bfbcd5a3bd7fb0c52d',
    '00d6f33b12252f84e82c0c11c6168c53fb231356ebc5186b8bd84bbfec4b3b01',
    'd628120bdb18dfc0ee1da76953ae6547634bbedcbcec5ccbadcff21d6a0b614f',
  ]);
  assert.equal(
    hex(nodeHash(leaves[0]!, leaves[1]!)),
    'e6fef4a0972d04fc313cc9e459bda2abdd4d552eebdb45aa0deac4593fd52908',
  );
  assert.equal(
    hex(nodeHash(leaves[2]!, leaves[3]!)),
    '4339d073be7a76c6a18746a1932bb5c86de4b838e788b3d796edb32219c6de65',
  );
  assert.equal(
    hex(rootHash(3, readLeaf)),
    'd92619967c53bc5a643eb053761967d734ed66d5cf5201d11e3ae9d6b18f8955',
  );
  assert.equal(
    hex(rootHash(5, readLeaf)),
    'f68b6f95fab98e5a4ab6f30025aeb3355638e19e6cd1a6ba6df6baddc28a7f00',
  );
  const edge = new TreeEdge();
  for (const leaf of leaves) edge.append(leaf, () => assert.fail('no tile is full'));
  assert.equal(hex(edge.root()), 'f68b6f95fab98e5a4ab6f30025aeb3355638e19e6cd1a6ba6df6baddc28a7f00');
});

test('LOG-12 the partial tile and the entry bundle of five entries are those of the example', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'gpc-audit-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const tree = new TreeFiles(folder);
  for (const entry of entries) tree.append(entry);
  await tree.makeDurable();
  const tile = await readFile(join(folder, 'tile/0/000.p/5'));
  const bundle = await readFile(join(folder, 'tile/entries/000.p/5'));
  assert.deepEqual([tile.length, bundle.length], [160, 495]);
  assert.equal(hex(sha256(tile)), 'd17f40a4b8acb846696f7e3076978b41a6cf8c75ac168561db18d7fccabe1fd9');
  assert.equal(hex(sha256(bundle)), 'c17bcfa287b3c547e6d4d02ad3ac95c9f5d007530b28d1e735cde2d3658625d9');
  assert.deepEqual(bundle, Buffer.concat(entries.map(encodeBundleItem)));
  const root = await withHashes(publishedFolder(folder), 5, (read) => rootHash(5, read));
  assert.equal(hex(root), 'f68b6f95fab98e5a4ab6f30025aeb3355638e19e6cd1a6ba6df6baddc28a7f00');
});

test('LOG §11.1.5 the signed checkpoint of size 3 is that of the example', () => {
  const text = signCheckpoint({ origin: ORIGIN, size: 3, root: Buffer.from(rootHash(3, readLeaf)) }, [
    logKey,
  ]);
  assert.equal(text, CHECKPOINT_3);
  assert.ok(signedByLog(parseCheckpoint(text), logKey));
});

test('LOG-17 the cosigned checkpoint of size 5 is that of the example', () => {
  const text = signCheckpoint({ origin: ORIGIN, size: 5, root: Buffer.from(rootHash(5, readLeaf)) }, [
    logKey,
  ]);
  assert.equal(text, CHECKPOINT_5_LOG);
  const checkpoint = parseCheckpoint(text);
  const { note } = checkpoint;
  const cosigned = formatNote({
    ...note,
    signatures: [...note.signatures, cosign(checkpoint, witnessKey, 1772448080)],
  });
  assert.equal(cosigned, CHECKPOINT_5);
  assert.equal(cosignedAt(parseCheckpoint(cosigned), witnessKey), 1772448080);
});

test('LOG §11.1.6 the proof file of entry 2 is that of the example and verifies offline', () => {
  const path = inclusionPath(2, 5, readLeaf);
  const text = formatProof({
    slots: {
      patient: { salt: salt('patient') },
      staff: { commitment: commitments.staff },
      technical: { commitment: commitments.technical },
    },
    index: 2,
    path,
    checkpoint: CHECKPOINT_5,
  });
  assert.equal(text, PROOF);
  assert.equal(formatProof(parseProof(PROOF)), PROOF);
  const verdict = verifyProof(PROOF, PARTS_TEXT.patient, LOG_VKEY);
  assert.ok(verdict.valid);
  assert.deepEqual(verdict.disclosed, ['patient']);
});

test('LOG §11.1.9 a proof with another part, hash, index, checkpoint or key does not verify', () => {
  const otherKey = formatVkey(signerFromSeed(ORIGIN, Buffer.alloc(32, 9)));
  const wrong: [string, string, string][] = [
    [PROOF, PARTS_TEXT.patient.replace('RZ901', 'RZ902'), LOG_VKEY],
    [PROOF.replace('index 2', 'index 3'), PARTS_TEXT.patient, LOG_VKEY],
    [PROOF.replace('ANbzOx', 'ANbzOy'), PARTS_TEXT.patient, LOG_VKEY],
    [PROOF.replace('1igSC9sY38DuHadpU65lR2NLvty87FzLrc/yHWoLYU8=\n', ''), PARTS_TEXT.patient, LOG_VKEY],
    [PROOF.replace('\n5\n', '\n6\n'), PARTS_TEXT.patient, LOG_VKEY],
    [PROOF, PARTS_TEXT.patient, otherKey],
    ['', PARTS_TEXT.patient, LOG_VKEY],
  ];
  for (const [text, part, vkey] of wrong) assert.equal(verifyProof(text, part, vkey).valid, false);
});

test('LOG §11.1.6 the consistency proof 3 → 5 is that of the example', () => {
  const path = consistencyPath(3, 5, readLeaf);
  assert.deepEqual(
    path.map((hash) => Buffer.from(hash).toString('base64')),
    [
      'Q8LJ+p0SYi5m5GYcSmbDUn0icoJCkfS/vNWjvX+wxS0=',
      'ANbzOxIlL4ToLAwRxhaMU/sjE1brxRhri9hLv+xLOwE=',
      '5v70oJctBPwxPMnkWb2iq91NVS7r20WqDerEWT/VKQg=',
      '1igSC9sY38DuHadpU65lR2NLvty87FzLrc/yHWoLYU8=',
    ],
  );
  assert.ok(consistent(parseCheckpoint(CHECKPOINT_3), parseCheckpoint(CHECKPOINT_5), path));
});

test('LOG-07 LOG-10 keys, ciphertext, tag and look-up key are those of the example', () => {
  const monthKey = Buffer.alloc(32, 7);
  assert.equal(
    hex(deriveKey(monthKey, ORIGIN, 202603, 'patient')),
    '53b2ae52be07918ff441a918d99a46988d4774aa2633df89be9f679db53ef44d',
  );
  const keys = deriveMonthKeys(monthKey, ORIGIN, 202603);
  assert.equal(hex(keys.lookup), '15f1de422a77e39f7e6832b061c2e15960ca8d25180490ca8ee4f09a6aa95bbc');
  assert.equal(
    hex(nhsLookup(keys, '9123456787')),
    '1c5f49383546c161d059ffd3ca6f5a3dec60ec929cb481c07f0f31c2275a47e6',
  );
  const place = { origin: ORIGIN, index: 2, month: 202603 };
  const nonce = Buffer.from('000102030405060708090a0b', 'hex');
  const stored = perPart((name) => sealPart(keys.parts[name], place, name, salt(name), parts[name], nonce));
  const sealed = stored.patient;
  assert.equal(sealed.length, 12 + 527 + 16);
  assert.equal(hex(sealed.subarray(12, 28)), '273a0ef414f7704d7440fec626c3baf4');
  assert.equal(hex(sealed.subarray(-16)), 'bbe7f4aadef861181cc693eadc273689');
  assert.equal(
    hex(sha256(sealed.subarray(12))),
    'c7c7224815b60791b69d2c64aafcc56826121ace196e2b5987b86f9cbd552085',
  );
  const bytes = encodeRecord({ index: 2, month: 202603, parts: stored });
  assert.equal(hex(bytes.subarray(0, 16)), '0000000000000002' + '0003176b' + '0000022b');
  const decoded = decodeRecord(bytes)!;
  assert.equal(decoded.length, bytes.length);
  const opened = openPart(keys, place, 'patient', decoded.record.parts.patient, entries[2]!);
  assert.equal(opened.bytes.toString(), PARTS_TEXT.patient);
  assert.deepEqual(opened.salt, salt('patient'));
});

test('LOG-03 LOG-19 the policy file names logs and witnesses, and the quorum decides', () => {
  const alone = {
    logs: [{ vkey: LOG_VKEY, url: `https://${ORIGIN}` }],
    witnesses: [],
    groups: [],
    quorum: 'none',
  };
  assert.equal(policyText(alone), `log ${LOG_VKEY} https://${ORIGIN}\nquorum none\n`);
  assert.deepEqual(parsePolicy(policyText(alone)), alone);
  const witnessed = {
    ...alone,
    witnesses: [{ name: 'gw-02', vkey: WITNESS_VKEY, url: `https://${WITNESS}` }],
    groups: [{ name: 'peers', threshold: 'any' as const, members: ['gw-02'] }],
    quorum: 'peers',
  };
  assert.deepEqual(parsePolicy(policyText(witnessed)), witnessed);
  assert.equal(trustedLogKey(witnessed, parseCheckpoint(CHECKPOINT_5))?.keyId, '9cafd667');
  assert.equal(quorumMet(witnessed, parseCheckpoint(CHECKPOINT_5)), true);
  assert.equal(quorumMet(witnessed, parseCheckpoint(CHECKPOINT_5_LOG)), false);
  assert.equal(quorumMet(alone, parseCheckpoint(CHECKPOINT_5_LOG)), true);
  assert.throws(() => parsePolicy('quorum none\nquorum none\n'), /exactly one quorum/);
  assert.throws(() => parsePolicy('group g 2 a\nquorum g\n'), /line 1/);
});
