// The interface over the demonstration edition: worked examples, real-data findings, what bad input gets.
// spec: terminology §1.2, §1.3, §4, "What bad input gets", E1–E8
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  demonstrationConcepts,
  demonstrationTerminology,
  editionOf,
  meaningDiffers,
  shippedValueSets,
  terminologyOver,
  valueSetsFrom,
  words,
} from './index.ts';

const snomed = 'http://snomed.info/sct';
const dmd = 'https://dmd.nhs.uk';
const demo = demonstrationTerminology();

test('E1: descendants are the sets of the contract, in order of id', () => {
  assert.deepEqual(demo.descendants('77386006'), [
    '47200007',
    '72892002',
    '169560008',
    '169561007',
    '169563005',
    '169564004',
    '169565003',
  ]);
  assert.deepEqual(demo.descendants('764146007'), ['372687004', '372725003', '373270004', '387544009']);
  assert.deepEqual(demo.ancestors('294505008'), [
    '91936005',
    '138875005',
    '404684003',
    '416098002',
    '420134006',
  ]);
});

test('E6: subsumption both ways, with itself, and not at all', () => {
  assert.equal(demo.subsumes('73211009', '44054006'), 'subsumes');
  assert.equal(demo.subsumes('44054006', '73211009'), 'subsumed-by');
  assert.equal(demo.subsumes('73211009', '73211009'), 'equivalent');
  assert.equal(demo.subsumes('38341003', '44054006'), 'not-subsumed');
});

test('what the table does not hold is unknown, never no', () => {
  assert.equal(demo.subsumes('73211009', '9826008'), 'unknown');
  assert.equal(demo.isA('9826008', '404684003'), 'unknown');
  assert.equal(demo.isActive('9826008'), 'unknown');
  assert.equal(demo.inValueSet('smoker', '9826008'), 'unknown');
  assert.equal(demo.inValueSet('no such set', '77386006'), 'unknown');
});

test('R1, E2: the pregnant code under the words "Not pregnant" is a contradiction that blocks', () => {
  const check = demo.validateCode({
    system: snomed,
    code: '77386006',
    display: 'Not pregnant',
    valueSet: 'pregnancy-status',
  });
  assert.equal(check.status, 'active');
  assert.deepEqual(check.displayMatch, {
    result: 'contradiction',
    severity: 'block',
    difference: 'negation',
    otherConcept: '60001007',
  });
  assert.equal(check.issues[0]?.code, 'displayContradiction');
});

test('R3, E2: a description id in place of a code is an offer to repair, with a warning', () => {
  const check = demo.validateCode({ system: snomed, code: '301485011', display: 'Asthma' });
  assert.deepEqual(check.repair, { conceptId: '195967001', descriptionId: '301485011', term: 'Asthma' });
  assert.equal(check.kind, 'description');
  assert.deepEqual(
    check.issues.map(({ code }) => code),
    ['descriptionIdInCode'],
  );
});

test('R5: a supplier code is a valid form and an unknown concept, owner named', () => {
  const check = demo.validateCode({
    system: snomed,
    code: '1030121000006109',
    display: 'Adverse reaction to Prednisolone',
  });
  assert.equal(check.status, 'unknown');
  assert.match(check.namespaceOwner!, /1000006/);
});

test('R7, R8: inactive and previous codes are told apart, successors are offers', () => {
  assert.equal(demo.validateCode({ system: snomed, code: '599341000000105' }).status, 'inactive');
  const previous = demo.validateCode({ system: dmd, code: '323509004' });
  assert.equal(previous.status, 'inactive');
  assert.equal(previous.replacements?.[0]?.conceptId, '39732311000001104');
  assert.equal(demo.product('323509004')?.currentId, '39732311000001104');
  assert.equal(demo.validateCode({ system: snomed, code: '323509004' }).status, 'active');
});

for (const [name, query, status, issue] of [
  ['no code', { system: snomed, code: '' }, 'invalidFormat', 'empty'],
  ['a number for a string', { system: snomed, code: 195967001 }, 'invalidFormat', 'notString'],
  ['a wrong check digit', { system: snomed, code: '195967002' }, 'invalidFormat', 'badCheckDigit'],
  ['a relationship id', { system: snomed, code: '100022' }, 'invalidFormat', 'relationshipId'],
  ['white space', { system: snomed, code: ' 195967001 ' }, 'active', 'trimmed'],
  ['a code outside the table', { system: snomed, code: '9826008' }, 'notInDemo', 'notInDemo'],
  ['a slash after the system', { system: `${snomed}/`, code: '195967001' }, 'active', 'systemSpelling'],
  [
    'another name of the system',
    { system: 'http://www.snomed.org/', code: '195967001' },
    'unknown',
    'systemSpelling',
  ],
  ['no system', { code: '195967001' }, 'unknown', 'systemMissing'],
  ['an expression', { system: snomed, code: '195967001:246075003=1' }, 'unknown', 'postCoordinated'],
] as const) {
  test(`validateCode with ${name}: ${status}, ${issue}`, () => {
    const check = demo.validateCode(query);
    assert.equal(check.status, status);
    assert.ok(
      check.issues.some(({ code }) => code === issue),
      JSON.stringify(check.issues),
    );
  });
}

for (const [conceptId, display, valueSet, result, severity] of [
  ['163030003', 'O/E - Systolic BP reading', undefined, 'preferred', undefined],
  ['163030003', 'On examination - systolic blood pressure reading', undefined, 'preferred', undefined],
  ['271649006', 'Diastolic blood pressure', 'blood-pressure-component', 'otherConcept', 'block'],
  ['319773006', 'Aspirin 75mg dispersible tablet', undefined, 'preferred', undefined],
  ['643911000001108', 'Lipitor 10mg tablets (Pfizer Ltd)', undefined, 'close', 'info'],
  ['77386006', 'PATIENT CURRENTLY PREGNANT (finding)', undefined, 'synonym', undefined],
  ['368208006', 'Right upper arm structure', undefined, 'mismatch', 'block'],
  ['38341003', 'History of hypertensive disorder', undefined, 'contradiction', 'warn'],
  ['39732311000001104', 'Amoxicillin 500mg tablets', undefined, 'mismatch', 'block'],
  ['1022451000000103', 'Red blood cell count 1549', undefined, 'mismatch', 'warn'],
  ['195967001', 'Gout', undefined, 'mismatch', 'warn'],
  ['195967001', '', undefined, 'noDisplay', 'info'],
  ['9826008', 'Conjunctivitis', undefined, 'unknown', undefined],
] as const) {
  test(`displayMatch ${conceptId} "${display}": ${result} (T-05, T-06)`, () => {
    const match = demo.displayMatch(conceptId, display, valueSet);
    assert.equal(match.result, result);
    assert.equal(match.severity, severity);
  });
}

test('R2: the words of a sibling in the same set block, whichever side is right', () => {
  const rows = valueSetsFrom([
    { id: 'hba1c', title: 'HbA1c', version: '1', include: ['1019431000000105', '999791000000106'] },
  ]);
  const match = demonstrationTerminology(rows).displayMatch(
    '1019431000000105',
    'Haemoglobin A1c level - International Federation of Clinical Chemistry and Laboratory Medicine standardised',
    'hba1c',
  );
  assert.equal(match.result, 'otherConcept');
  assert.equal(match.otherConcept, '999791000000106');
});

test('a negation on one side only changes the meaning; on both sides it does not (T-06, T-07)', () => {
  assert.equal(meaningDiffers('Pregnant', 'Not pregnant'), 'negation');
  assert.equal(meaningDiffers('Diabetes ruled out', 'Diabetes'), 'negation');
  assert.equal(meaningDiffers('Asthma', 'Family history of asthma'), 'modality');
  assert.equal(meaningDiffers('Not pregnant', 'Patient not pregnant'), undefined);
});

test('terms are compared without case, punctuation, tag, British spelling and plural of the last word', () => {
  assert.deepEqual(words('Haemoglobin A1c (observable entity)'), words('hemoglobin a1c'));
  assert.deepEqual(words('10.5% cream.'), ['10.5%', 'cream']);
  assert.deepEqual(words('Tablets'), words('tablet'));
});

for (const [allergy, product, outcome, reason] of [
  ['91936005', '39732311000001104', 'match', undefined],
  ['294505008', '39692211000001107', 'classMatch', undefined],
  ['293584003', '322341003', 'match', undefined],
  ['293586001', '42291811000001106', 'match', undefined],
  ['293586001', '319773006', 'match', undefined],
  ['196461000000101', '319773006', 'unknown', 'degradedAllergy'],
  ['300916003', '39732311000001104', 'unknown', 'allergenNotKnown'],
  ['395102008', '319773006', 'unknown', 'situationCode'],
  ['91935009', '39732311000001104', 'none', undefined],
  ['91936005', '289411000001107', 'match', undefined],
  ['91936005', '39108511000001108', 'unknown', 'ingredientsNotKnown'],
  ['716186003', '289411000001107', 'none', 'noKnownAllergy'],
] as const) {
  test(`E4: allergy ${allergy} against ${product}: ${outcome} (MD-01)`, () => {
    const found = demo.allergenMatch(allergy, product);
    assert.equal(found.outcome, outcome);
    if (reason !== undefined) assert.deepEqual(found.reasons, [reason]);
  });
}

test('products know their level, their generic and its ingredients', () => {
  const product = demo.product('289411000001107')!;
  assert.equal(product.level, 'AMP');
  assert.equal(product.vmp, '39692211000001107');
  assert.deepEqual(product.ingredients, ['387544009']);
  assert.equal(demo.product('9751511000001104')?.level, undefined);
  assert.equal(demo.product('195967001'), undefined);
});

test('search finds by prefixes of every word, best first, and by identifier', () => {
  assert.deepEqual(
    demo.search({ text: 'refer gastro' }).map(({ conceptId }) => conceptId),
    ['183523005'],
  );
  assert.equal(demo.search({ text: 'asthma' })[0]?.conceptId, '195967001');
  assert.equal(demo.search({ text: '301485011' })[0]?.conceptId, '195967001');
  assert.deepEqual(demo.search({ text: 'a' }), []);
  assert.ok(demo.search({ text: 'blood', limit: 3 }).length === 3);
  assert.ok(
    demo
      .search({ text: 'pressure', under: '271649006' })
      .every(({ conceptId }) => demo.isA(conceptId, '271649006') === 'yes'),
  );
});

test('lookup and preferredTerm never invent a term', () => {
  assert.equal(demo.preferredTerm('9826008'), undefined);
  assert.equal(demo.lookup('9826008'), undefined);
  const asthma = demo.lookup('195967001')!;
  assert.equal(asthma.preferredTerm, 'Asthma');
  assert.equal(asthma.semanticTag, 'disorder');
  assert.equal(demo.description('301485011')?.conceptId, '195967001');
});

test('no shipped set holds a member it must not (pregnant is not a subtree): terminology §1.3 rule 5', () => {
  const rows = demonstrationConcepts().map(({ conceptId, active, parents, term }) => ({
    id: conceptId,
    active: active !== false,
    parents,
    terms: [{ term, type: 'synonym' as const, active: true }],
  }));
  const table = terminologyOver(
    editionOf({ uri: 'u', version: 'v', source: 'demo' }, rows, {
      complete: false,
      absence: () => 'notInDemo',
    }),
  );
  for (const set of shippedValueSets().values()) {
    for (const code of set.mustNotContain ?? []) {
      assert.notEqual(table.inValueSet(set.id, code), 'yes', `${set.id} holds ${code}`);
      assert.notEqual(demo.inValueSet(set.id, code), 'yes', `${set.id} holds ${code}`);
    }
  }
  assert.equal(demo.inValueSet('pregnant-now', '169560008'), 'yes');
  for (const code of ['60001007', '704502000', '169449001', '161714006']) {
    assert.equal(demo.inValueSet('pregnant-now', code), 'no');
  }
});

test('a set that breaks its own promise is found before it is used', () => {
  const set = { id: 's', title: 's', version: '1', include: ['<<404684003'], mustNotContain: ['60001007'] };
  assert.throws(() => demonstrationTerminology(valueSetsFrom([set])), /s: 60001007 must not be a member/);
  assert.throws(() => valueSetsFrom([{ ...set, include: ['60001008'] }]), /s: 60001008 is no concept id/);
});
