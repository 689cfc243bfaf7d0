// Rule packs: national data, a practice's stricter changes, what is refused; review starts; behaviours.
// spec: messaging §10.1, SG-02, SG-09, SG-10, SG-19
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { demonstrationTerminology } from '../terminology/index.ts';
import { addPressure, addStatement, newDraft, sitting } from './examples/draft.ts';
import { contentOf, seeded } from './examples/index.ts';
import {
  behavioursFor,
  displayedTerm,
  evaluate,
  type Finding,
  loadRulePack,
  mayAcceptAll,
  mayHave,
  nationalRulePack,
  RulePackError,
  startOfReview,
  taskPriority,
  withoutMarkup,
  withPracticePack,
} from './index.ts';

const national = nationalRulePack();
const terminology = demonstrationTerminology();
const now = new Date('2026-11-21T16:00:00Z');
const text = JSON.stringify({
  id: 'p',
  version: '1',
  rules: national.rules,
  medicineGroups: national.medicineGroups,
});

function findingsAt(systolic: number, diastolic: number, pack = national) {
  const draft = newDraft('bloodPressure', { sex: 'male', age: 57 }, seeded(1), now);
  addPressure(draft, sitting, systolic, diastolic);
  return evaluate(contentOf(draft), draft.record, terminology, pack, now);
}

test('SG-10: a pack is data with a version and the SHA-256 of its text, and every finding names the version', () => {
  const pack = loadRulePack(text);
  assert.equal(pack.sha256, createHash('sha256').update(text).digest('hex'));
  const { ruleSetSha256, findings } = findingsAt(150, 95, pack);
  assert.equal(ruleSetSha256, pack.sha256);
  assert.equal(findings[0]?.ruleSetVersion, '1');
});

test('SG-10: a malformed pack is refused by name of the rule', () => {
  assert.throws(() => loadRulePack('{'), RulePackError);
  const rule = { ...national.rules[0]!, severity: 'SEVERE' };
  assert.throws(
    () => loadRulePack(JSON.stringify({ id: 'p', version: '1', rules: [rule] })),
    /T-01: severity/,
  );
  const twice = [national.rules[0], national.rules[0]];
  assert.throws(
    () => loadRulePack(JSON.stringify({ id: 'p', version: '1', rules: twice })),
    /T-01 is given twice/,
  );
});

test('SG-10: a rule holds only between its dates, and an unknown rule is not evaluated', () => {
  const rules = national.rules.map((rule) =>
    rule.id === 'BP-08' ? { ...rule, validTo: '2026-11-21' } : rule,
  );
  assert.ok(!findingsAt(150, 95, { ...national, rules }).findings.some(({ ruleId }) => ruleId === 'BP-08'));
  const future = national.rules.map((rule) =>
    rule.id === 'BP-08' ? { ...rule, validFrom: '2026-11-22' } : rule,
  );
  assert.ok(
    !findingsAt(150, 95, { ...national, rules: future }).findings.some(({ ruleId }) => ruleId === 'BP-08'),
  );
  const added = [...national.rules, { ...national.rules[0]!, id: 'ZZ-99' }];
  assert.deepEqual(
    findingsAt(120, 75, { ...national, rules: added }).notEvaluated.filter(({ ruleId }) => ruleId === 'ZZ-99')
      .length,
    1,
  );
});

test('SG-10: a practice raises a severity and tightens a limit, and both take effect', () => {
  const { pack, refused } = withPracticePack(national, {
    id: 'A82999',
    version: '3',
    rules: [
      { id: 'BP-05', severity: 'ACTION' },
      { id: 'BP-08', parameters: { systolic: 130 } },
    ],
  });
  assert.deepEqual(refused, []);
  assert.equal(pack.version, `${national.version}+A82999.3`);
  assert.notEqual(pack.sha256, national.sha256);
  assert.equal(findingsAt(132, 75, pack).findings[0]?.ruleId, 'BP-08');
  assert.equal(
    findingsAt(100, 90 - 4, pack).findings.find(({ ruleId }) => ruleId === 'BP-05')?.severity,
    'ACTION',
  );
});

for (const [name, change, reason] of [
  ['lower a severity', { id: 'BP-08', severity: 'INFO' }, /lower/],
  ['make a rule refuse messages', { id: 'BP-08', severity: 'REJECT' }, /refuse/],
  ['loosen a limit', { id: 'BP-08', parameters: { systolic: 160 } }, /systolic/],
  ['shorten a list', { id: 'TX-03', parameters: { requests: [] } }, /requests/],
  [
    'change what has no direction',
    { id: 'PG-01', parameters: { pregnantWords: ['Not pregnant'] } },
    /pregnantWords/,
  ],
  ['switch on an override', { id: 'PG-01', overridable: true }, /override/],
  ['invent a rule', { id: 'ZZ-01', severity: 'WARN' }, /no such rule/],
] as const) {
  test(`SG-10: a practice may not ${name}`, () => {
    const { pack, refused } = withPracticePack(national, { id: 'A82999', version: '1', rules: [change] });
    assert.match(refused[0]!.reason, reason);
    assert.deepEqual(pack.rules, national.rules);
  });
}

test('SG-10: raising a rule raises the milder of its cases too', () => {
  const { pack } = withPracticePack(national, {
    id: 'A',
    version: '1',
    rules: [{ id: 'BP-11', severity: 'BLOCK' }],
  });
  assert.equal(pack.rules.find(({ id }) => id === 'BP-11')?.cases?.grave?.severity, 'BLOCK');
});

const finding = (itemRef: string, severity: Finding['severity'], more: Partial<Finding> = {}): Finding => ({
  ruleId: 'X-01',
  ruleVersion: '1',
  ruleSetVersion: '1',
  severity,
  urgent: false,
  overridable: true,
  itemRef,
  message: 'm',
  parameters: {},
  evaluatedAt: now.toISOString(),
  ...more,
});

test('SG-02: every item starts unselected; "accept all" needs nothing above INFO', () => {
  const start = startOfReview(['a', 'b'], { findings: [finding('a', 'INFO')] });
  assert.deepEqual(
    start.map(({ selected }) => selected),
    [false, false],
  );
  assert.equal(mayAcceptAll({ findings: [finding('a', 'INFO')] }), true);
  assert.equal(mayAcceptAll({ findings: [finding('a', 'WARN')] }), false);
});

test('a blocked item may be filed as text, refused, or overridden only where every block allows it', () => {
  const choices = (findings: Finding[]) => startOfReview(['a'], { findings })[0]!.choices;
  assert.deepEqual(choices([finding('a', 'BLOCK')]), ['textOnly', 'refuse', 'override']);
  assert.deepEqual(choices([finding('a', 'BLOCK'), finding('a', 'BLOCK', { overridable: false })]), [
    'textOnly',
    'refuse',
  ]);
  assert.deepEqual(choices([finding('a', 'ACTION')]), ['accept', 'textOnly', 'refuse']);
  assert.deepEqual(choices([finding('a', 'REJECT')]), []);
});

test('SG-09: what is already in the record is said, and unticked', () => {
  const [item] = startOfReview(['a'], { findings: [finding('a', 'INFO', { ruleId: 'DU-01' })] });
  assert.equal(item?.alreadyInRecord, true);
  assert.equal(item?.selected, false);
});

test('blocks and urgent actions put the task on top', () => {
  assert.equal(taskPriority({ findings: [finding('a', 'BLOCK')] }), 'top');
  assert.equal(taskPriority({ findings: [finding('a', 'ACTION', { urgent: true })] }), 'top');
  assert.equal(taskPriority({ findings: [finding('a', 'ACTION')] }), 'action');
  assert.equal(taskPriority({ findings: [finding('a', 'WARN')] }), 'normal');
});

test('SG-19: the term shown is the release’s own, the sender’s words stand beside it', () => {
  const concept = {
    coding: [{ system: 'http://snomed.info/sct', code: '77386006', display: 'Not pregnant' }],
    text: 'Not pregnant',
  };
  assert.deepEqual(displayedTerm(concept, terminology), {
    code: '77386006',
    term: 'Pregnancy',
    sent: ['Not pregnant'],
  });
  const unknown = {
    coding: [{ system: 'http://snomed.info/sct', code: '9826008', display: 'Conjunctivitis' }],
  };
  assert.equal(displayedTerm(unknown, terminology).term, undefined);
});

test('PG-12, PG-13: pregnancy statuses open, close and recall nothing', () => {
  const draft = newDraft('minorIllness', { sex: 'female', age: 29 }, seeded(1), now);
  const pregnant = addStatement(draft, '77386006', 'Pregnant').resource;
  const not = addStatement(draft, '60001007', 'Not pregnant').resource;
  assert.deepEqual(
    behavioursFor(pregnant).map(({ ruleId }) => ruleId),
    ['PG-13'],
  );
  assert.deepEqual(
    behavioursFor(not).map(({ ruleId }) => ruleId),
    ['PG-12'],
  );
  for (const effect of ['openProblem', 'addRecall', 'excludeFromRecall'] as const)
    assert.equal(mayHave(pregnant, effect), false);
  for (const effect of ['closeProblem', 'removeRecall'] as const) assert.equal(mayHave(not, effect), false);
});

test('MD-07, MD-15: a stopped supply is no medicine, a supply is no repeat', () => {
  const dispense = (status: string) => ({ resourceType: 'MedicationDispense', status });
  assert.equal(mayHave(dispense('stopped'), 'fileMedicine'), false);
  assert.equal(mayHave(dispense('completed'), 'fileMedicine'), true);
  assert.equal(mayHave(dispense('completed'), 'makeRepeat'), false);
  assert.equal(mayHave(dispense('completed'), 'countAsPractice'), false);
});

test('TX-05: mark-up is taken out for display and nothing else', () => {
  assert.equal(
    withoutMarkup('Well <b>today</b><script>alert(1)</script>, BP < 140 & > 90'),
    'Well today, BP < 140 & > 90',
  );
});
