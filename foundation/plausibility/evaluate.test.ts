// Worked examples, limits at their edges, and what cannot be checked. spec: messaging §10, worked examples B to E
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { demonstrationTerminology, remoteTerminology } from '../terminology/index.ts';
import {
  addDispense,
  addPressure,
  addStatement,
  addText,
  newDraft,
  pressureCodes,
  sitting,
} from './examples/draft.ts';
import { contentOf, correctExample, medicines, plants, seeded } from './examples/index.ts';
import { codesIn, evaluate, nationalRulePack, type RecordContext, updateRecordContent } from './index.ts';

const terminology = demonstrationTerminology();
const pack = nationalRulePack();
const now = new Date('2026-11-21T16:00:00Z');
const summary = 'Routine check at the pharmacy, feels well.';

type Draft = ReturnType<typeof newDraft>;

function draftOf(service: Parameters<typeof newDraft>[0], sex: 'female' | 'male', age: number): Draft {
  const draft = newDraft(service, { sex, age }, seeded(5), now);
  addText(draft, 'clinical-summary', summary);
  return draft;
}

const result = (draft: Draft, record: RecordContext = draft.record) =>
  evaluate(contentOf(draft), record, terminology, pack, now);
const idsOf = (draft: Draft): string[] =>
  [...new Set(result(draft).findings.map(({ ruleId }) => ruleId))].toSorted();

test('B: 164/96 sitting at 57 raises BP-08 with its figures, and nothing that blocks', () => {
  const draft = draftOf('bloodPressure', 'male', 57);
  const { fullUrl, resource } = addPressure(draft, sitting, 164, 96);
  resource.code.coding![0]!.display = 'Sitting blood pressure reading';
  const [finding, ...others] = result(draft).findings;
  assert.equal(finding?.ruleId, 'BP-08');
  assert.equal(finding.severity, 'ACTION');
  assert.equal(finding.itemRef, fullUrl);
  assert.deepEqual(finding.parameters, { systolic: 164, diastolic: 96, limit: '140/90' });
  assert.deepEqual(others, []);
});

test('C: 77386006 "Not pregnant" raises T-06 and PG-01, both BLOCK without override', () => {
  const draft = draftOf('minorIllness', 'female', 29);
  addStatement(draft, '77386006', 'Not pregnant', 'pregnancy-status');
  const blocks = result(draft).findings.filter(({ severity }) => severity === 'BLOCK');
  assert.deepEqual(blocks.map(({ ruleId }) => ruleId).toSorted(), ['PG-01', 'T-06']);
  assert.ok(blocks.every(({ overridable }) => !overridable));
});

test('D: a correct "not pregnant" raises nothing', () => {
  const draft = draftOf('minorIllness', 'female', 29);
  addStatement(draft, '60001007', 'Not pregnant', 'pregnancy-status');
  assert.deepEqual(idsOf(draft), []);
});

test('E: flucloxacillin with right arithmetic is silent; with a penicillin allergy on record MD-01 is urgent', () => {
  const draft = draftOf('minorIllness', 'male', 40);
  addDispense(draft, medicines.flucloxacillin);
  assert.deepEqual(idsOf(draft), []);
  draft.record.allergies = [{ code: '91936005', display: 'Allergy to penicillin', status: 'active' }];
  const [finding] = result(draft).findings;
  assert.equal(finding?.ruleId, 'MD-01');
  assert.equal(finding.urgent, true);
});

test('terminology E3: currently pregnant and contraception supplied raises PG-09', () => {
  const draft = draftOf('contraception', 'female', 34);
  addStatement(draft, '77386006', 'Currently pregnant', 'pregnancy-status');
  addDispense(draft, medicines.combined);
  assert.ok(idsOf(draft).includes('PG-09'));
});

for (const [systolic, diastolic, kind, age, expected] of [
  [139, 89, sitting, 57, []],
  [140, 80, sitting, 57, ['BP-08']],
  [130, 90, sitting, 57, ['BP-08']],
  [149, 89, sitting, 80, []],
  [150, 89, sitting, 80, ['BP-08']],
  [134, 84, pressureCodes[4]!, 57, []],
  [135, 84, pressureCodes[4]!, 57, ['BP-09']],
  [179, 119, sitting, 57, ['BP-08']],
  [180, 100, sitting, 57, ['BP-07', 'BP-08']],
  [90, 60, sitting, 57, []],
  [89, 60, sitting, 57, ['BP-11']],
  [100, 86, sitting, 57, ['BP-05']],
  [100, 85, sitting, 57, []],
  [80, 80, sitting, 57, ['BP-03', 'BP-05', 'BP-11']],
] as const) {
  test(`${systolic}/${diastolic} ${kind[0][1]} at ${age}: ${expected.join(', ') || 'nothing'}`, () => {
    const draft = draftOf('bloodPressure', 'male', age);
    addPressure(draft, kind, systolic, diastolic);
    assert.deepEqual(idsOf(draft), expected);
  });
}

for (const [text, expected] of [
  ['Referred by NHS 111 with an itchy arm.', []],
  ['No follow up needed, not urgent, feels well.', []],
  ['Seen on 12/10/2026, well since.', []],
  ['Mrs LARK is well and happy with the advice.', []],
  ['GP to recheck in a while.', ['TX-03']],
  ['Return within 3 days if not better.', ['TX-03']],
  ['BP was 128/78 today.', []],
  ['BP was 148/92 today.', ['TX-08']],
  ['Oxygen saturation 91% on air.', ['TX-08']],
  ['Spoke with her husband Brian Rook.', ['TX-07']],
] as const) {
  test(`free text "${text}": ${expected.join(', ') || 'nothing'}`, () => {
    const draft = draftOf('minorIllness', 'female', 30);
    draft.patient.resource.name = [{ use: 'official', family: 'LARK', given: ['Ada'] }];
    draft.record.demographics = { ...draft.record.demographics, family: 'Lark', given: ['Ada'] };
    addText(draft, 'history', text);
    assert.deepEqual(idsOf(draft), expected);
  });
}

for (const [sent, recorded, isOther] of [
  [['Elizabeth'], ['Liz'], false],
  [['A'], ['Ada'], false],
  [['Ada Mary'], ['Mary'], false],
  [['Catherine'], ['Katharine'], false],
  [['Zoë'], ['Zoe'], false],
  [['Ada'], ['Greta'], true],
] as const) {
  test(`ID-03: ${sent} against ${recorded} is ${isOther ? 'possibly another' : 'the same'} patient`, () => {
    const draft = draftOf('bloodPressure', 'female', 50);
    addPressure(draft, sitting, 120, 75);
    draft.patient.resource.name![0]!.given = [...sent];
    draft.record.demographics = { ...draft.record.demographics, given: [...recorded] };
    assert.equal(idsOf(draft).includes('ID-03'), isOther);
  });
}

test('a sender with no record: rules that need it are listed as not evaluated, never passed (SG-20)', () => {
  const draft = draftOf('contraception', 'female', 29);
  addStatement(draft, '77386006', 'Pregnant');
  addDispense(draft, medicines.combined);
  const { findings, notEvaluated } = result(draft, {});
  assert.ok(findings.some(({ ruleId }) => ruleId === 'PG-09'));
  const whole = notEvaluated.filter(({ extent }) => extent === 'all').map(({ ruleId }) => ruleId);
  for (const id of [
    'PG-06',
    'PG-07',
    'PG-08',
    'PG-15',
    'DT-03',
    'ID-01',
    'ID-03',
    'DU-02',
    'MD-01',
    'MD-02',
    'MD-11',
  ]) {
    assert.ok(whole.includes(id), id);
  }
  const partly = notEvaluated.filter(({ extent }) => extent === 'part').map(({ ruleId }) => ruleId);
  for (const id of ['PG-03', 'ID-04', 'DU-03', 'MD-03', 'MD-09']) assert.ok(partly.includes(id), id);
});

test('an unreachable terminology server warns "not checked" on every code and decides nothing', async () => {
  const remote = remoteTerminology({
    base: 'http://127.0.0.1:1',
    sleep: async () => {},
    breaker: { failures: 2, pauseMs: 60_000 },
  });
  const draft = draftOf('minorIllness', 'male', 40);
  addDispense(draft, medicines.flucloxacillin);
  draft.record.allergies = [{ code: '91936005', display: 'Allergy to penicillin', status: 'active' }];
  const content = contentOf(draft);
  const loaded = await remote.load({ codes: codesIn(content, draft.record) });
  const { findings } = evaluate(content, draft.record, loaded, pack, now);
  assert.ok(findings.some(({ ruleId, severity }) => ruleId === 'T-02' && severity === 'WARN'));
  assert.ok(findings.some(({ ruleId, severity }) => ruleId === 'T-10' && severity === 'WARN'));
  assert.ok(findings.every(({ severity }) => severity !== 'BLOCK'));
  // The allergen check falls back to names, so the penicillin allergy is still seen.
  assert.ok(findings.some(({ ruleId }) => ruleId === 'MD-01'));
});

test('an allergy that cannot be decided is said, not passed (MD-01)', () => {
  const draft = draftOf('minorIllness', 'male', 40);
  addDispense(draft, medicines.nitrofurantoin);
  draft.record.allergies = [{ code: '91936005', display: 'Allergy to penicillin', status: 'active' }];
  const { findings, notEvaluated } = result(draft);
  assert.deepEqual(findings, []);
  assert.ok(notEvaluated.some(({ ruleId, extent }) => ruleId === 'MD-01' && extent === 'item'));
});

test('correct messages of any seed raise nothing above INFO', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 31 }), (seed) => {
      const draft = correctExample(seeded(seed), now);
      assert.deepEqual(
        result(draft).findings.filter(({ severity }) => severity !== 'INFO'),
        [],
      );
    }),
    { numRuns: 300 },
  );
});

test('whatever is missing from a message, evaluation answers and changes nothing', () => {
  const all = plants.map(({ service, plant }, at) => {
    const draft = correctExample(seeded(at + 1), now, service);
    plant(draft);
    return draft;
  });
  fc.assert(
    fc.property(fc.nat(all.length - 1), fc.nat(), (which, cut) => {
      const text = JSON.stringify(contentOf(all[which]!));
      const parsed = JSON.parse(text);
      const lists = [
        'observations',
        'conditions',
        'medicationDispenses',
        'clinicalImpressions',
        'practitioners',
      ];
      for (const list of lists) {
        for (const { resource } of parsed[list]) {
          const keys = Object.keys(resource);
          delete resource[keys[cut % keys.length]!];
        }
      }
      const before = JSON.stringify(parsed);
      const { notEvaluated } = evaluate(parsed, all[which]!.record, terminology, pack, now);
      assert.deepEqual(
        notEvaluated.filter(({ reason }) => reason.includes('failed')),
        [],
      );
      assert.equal(JSON.stringify(parsed), before);
    }),
    { numRuns: 300 },
  );
});

test('a document bundle is read by kind; without Composition, Patient or Encounter it is none', () => {
  const content = contentOf(draftOf('bloodPressure', 'male', 57));
  const entries = [content.composition, content.patient, content.encounter, ...content.clinicalImpressions];
  const bundle = {
    resourceType: 'Bundle' as const,
    type: 'document' as const,
    entry: entries.map(({ fullUrl, resource }) => ({ fullUrl, resource })),
  };
  const read = updateRecordContent(bundle, '2026-11-20T12:00:00Z');
  assert.equal(read?.clinicalImpressions.length, 1);
  assert.equal(read?.sentAt, '2026-11-20T12:00:00Z');
  assert.equal(updateRecordContent({ ...bundle, entry: bundle.entry.slice(1) }), undefined);
});
