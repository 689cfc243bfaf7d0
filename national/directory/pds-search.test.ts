// PDS search over real HTTPS on both databases: criteria, wildcards, fuzzy and exact matching, who never appears.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { makeNhsNumber } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { type DirectoryUnderTest, england, person, startTestDirectory } from './directory-under-test.ts';
import { fitsPattern, foldName, soundOf } from './fold.ts';

const usual = (family: string, given: string[]) => ({ use: 'usual' as const, family, given });
const twins = Array.from({ length: 60 }, (_, at) =>
  makeNhsNumber(`99911${String(at).padStart(4, '0')}`),
).filter((number) => number !== null);
const load = {
  ...england,
  patients: [
    person('9990000018', { family: 'O’Brien-Müller', given: ['Zoë', 'Ada'] }),
    person('9990000026', {
      name: [usual('Kettlewood', ['Petra']), { use: 'maiden', family: 'Juniperson', given: ['Petra'] }],
      birthDate: '1991-01-01',
      communication: [{ language: { text: 'English' } }],
      contact: [{ name: { family: 'Kin' } }],
    }),
    person('9990000034', { family: 'Vale', given: ['Tamsin'], postcode: 'LS1 6AE', practice: 'T99998' }),
    person('9990000042', { family: 'Vale', given: ['Tamsin'], confidentiality: 'R', postcode: 'LS1 6AE' }),
    person('9990000050', { family: 'Vale', given: ['Tamsin'], confidentiality: 'V' }),
    person('9990000069', { family: 'Vale', given: ['Tamsin'], invalidated: true }),
    person('9990000077', {
      family: 'Vail',
      given: ['Tamzin'],
      birthDate: '1990-06-15',
      deceasedDateTime: '2026-01-02',
      telecom: [{ system: 'email', value: 'Vail@mail.example' }],
    }),
    ...twins.map((number) => person(number, { family: 'Manyfold', given: ['Ivy'], birthDate: '1970-01-01' })),
  ],
  supersessions: [{ from: '9990000085', to: '9990000034' }],
};

for (const { name, fresh } of testStores()) {
  describe(`PDS search on ${name}`, () => {
    let directory: DirectoryUnderTest;
    let staff: string;
    let application: string;
    before(async () => {
      directory = await startTestDirectory(await fresh(), { load });
      staff = await directory.staffToken();
      application = await directory.applicationToken();
    });
    after(() => directory.close());
    const search = (query: string, token = staff) =>
      directory.ask(`/personal-demographics/FHIR/R4/Patient?${query}`, {
        headers: { authorization: `Bearer ${token}`, 'x-request-id': randomUUID() },
      });
    const found = async (query: string) => {
      const { status, body, text } = await search(query);
      assert.equal(status, 200, text);
      assert.equal(body.resourceType, 'Bundle', text);
      return body.entry.map((entry: { resource: { id: string }; search: { score: number } }) => [
        entry.resource.id,
        entry.search.score,
      ]);
    };
    const refused = async (query: string, token = staff) => {
      const { status, body } = await search(query, token);
      const [issue] = body.issue;
      return [status, issue.code, issue.details.coding[0].code, issue.diagnostics];
    };

    test('§17.4 family and birth date find whatever the case, accents and punctuation', async () => {
      for (const family of ['O’Brien-Müller', "O'BRIEN MULLER", 'obrienmuller', 'o%27brien-m%C3%BCller']) {
        assert.deepEqual(await found(`family=${family}&birthdate=eq1990-06-15`), [['9990000018', 1]]);
      }
      assert.deepEqual(await found('family=Nobody&birthdate=eq1990-06-15'), []);
    });

    test('§17.4 the Bundle: searchset with timestamp, total, and entries reduced', async () => {
      const { body } = await search('family=Kettlewood&birthdate=1991-01-01');
      assert.deepEqual([body.type, body.total], ['searchset', 1]);
      assert.ok(Date.parse(body.timestamp));
      const [entry] = body.entry;
      assert.match(entry.fullUrl, /\/personal-demographics\/FHIR\/R4\/Patient\/9990000026$/);
      assert.equal(entry.search.score, 1);
      for (const left of ['contact', 'communication', 'telecom']) assert.equal(left in entry.resource, false);
      assert.deepEqual(entry.resource.name, [usual('Kettlewood', ['Petra'])]);
    });

    test('§17.4 every given name asked for must be there; a former name only with _history', async () => {
      const born = 'birthdate=eq1990-06-15';
      assert.equal((await found(`family=obrienmuller&given=Zoe&given=ADA&${born}`)).length, 1);
      assert.equal((await found(`family=obrienmuller&given=Zoe&given=Ann&${born}`)).length, 0);
      assert.equal((await found('family=Juniperson&birthdate=1991-01-01')).length, 0);
      const [[id, score]] = await found('family=Juniperson&birthdate=1991-01-01&_history=true');
      assert.equal(id, '9990000026');
      assert.ok(score < 1);
    });

    test('§17.4 birth date ranges with ge and le', async () => {
      assert.equal(
        (await found('family=Kettlewood&birthdate=ge1990-12-31&birthdate=le1991-01-01')).length,
        1,
      );
      assert.equal((await found('family=Kettlewood&birthdate=ge1991-01-02')).length, 0);
      assert.equal((await found('family=Kettlewood&birthdate=le1990-12-31')).length, 0);
    });

    test('§17.4 wildcards in names and postcode score below 1, and _exact-match leaves them out', async () => {
      const query = 'family=Kett*wood&birthdate=eq1991-01-01';
      const [[id, score]] = await found(query);
      assert.equal(id, '9990000026');
      assert.ok(score > 0.5 && score < 1);
      assert.deepEqual(await found(`${query}&_exact-match=true`), []);
      assert.equal((await found('family=Vale&birthdate=eq1990-06-15&address-postcode=LS1*')).length, 1);
      assert.deepEqual(await found('family=Va_e&birthdate=eq1990-06-15'), []);
    });

    test('§17.4 fuzzy finds by sound and with the names swapped, best first', async () => {
      const fuzzy = await found('family=Vale&given=Tamsin&birthdate=eq1990-06-15&_fuzzy-match=true');
      assert.deepEqual(
        fuzzy.map(([id]: [string]) => id),
        ['9990000034', '9990000042', '9990000077'],
      );
      assert.deepEqual([fuzzy[0][1], fuzzy[1][1]], [1, 1]);
      assert.ok(fuzzy[2][1] < 1);
      const swapped = await found('family=Petra&given=Kettlewood&birthdate=eq1991-01-01&_fuzzy-match=true');
      assert.equal(swapped[0][0], '9990000026');
      const located = await found(
        'given=Tamsin&gender=female&birthdate=eq1990-06-15&address-postalcode=LS1+6AF&_fuzzy-match=true',
      );
      assert.deepEqual(
        located.map(([id]: [string]) => id),
        ['9990000034'],
      );
    });

    test('§17.4 restricted lose their location and never appear by postcode or practice; others never at all', async () => {
      const all = await search('family=Vale&birthdate=eq1990-06-15');
      const ids = all.body.entry.map((entry: { resource: { id: string } }) => entry.resource.id);
      assert.deepEqual(ids, ['9990000034', '9990000042']);
      const restricted = all.body.entry[1].resource;
      assert.equal('address' in restricted || 'generalPractitioner' in restricted, false);
      for (const located of [
        'address-postalcode=LS1+6AE',
        'address-postalcode=ls16ae',
        'general-practitioner=T99998',
      ]) {
        assert.deepEqual(await found(`family=Vale&birthdate=eq1990-06-15&${located}`), [['9990000034', 1]]);
      }
      assert.deepEqual(await found('family=Vale&birthdate=eq1990-06-15&general-practitioner=T99999'), []);
    });

    test('§17.4 gender, death date, email and phone narrow', async () => {
      const vail = 'family=Vail&birthdate=eq1990-06-15';
      for (const [more, count] of [
        ['gender=female', 1],
        ['gender=male', 0],
        ['death-date=eq2026-01-02', 1],
        ['death-date=ge2026-01-03', 0],
        ['email=vail@mail.example', 1],
        ['email=other@mail.example', 0],
        ['phone=01632960001', 0],
      ] as const) {
        assert.equal((await found(`${vail}&${more}`)).length, count, more);
      }
      assert.equal(
        (await found('family=obrienmuller&birthdate=eq1990-06-15&phone=%2B44+1632+960001')).length,
        1,
      );
    });

    test('§17.4 more matches than asked for: 200 with TOO_MANY_MATCHES, no patient in it', async () => {
      for (const query of [
        'family=Manyfold&birthdate=eq1970-01-01',
        'family=Vale&birthdate=eq1990-06-15&_max-results=1',
      ]) {
        const { status, body } = await search(query);
        assert.equal(status, 200);
        const [issue] = body.issue;
        assert.deepEqual([issue.severity, issue.code], ['information', 'multiple-matches']);
        assert.deepEqual(
          [issue.details.coding[0].code, issue.details.coding[0].display],
          ['TOO_MANY_MATCHES', 'Too Many Matches'],
        );
      }
    });

    test('§17.4 application-restricted: one unique match, else TOO_MANY_MATCHES; _max-results only 1', async () => {
      const unique = await search('family=Kettlewood&birthdate=eq1991-01-01&_max-results=1', application);
      assert.equal(unique.body.total, 1);
      const several = await search('family=Vale&birthdate=eq1990-06-15', application);
      assert.equal(several.body.issue[0].details.coding[0].code, 'TOO_MANY_MATCHES');
      const { status, body } = await search('family=Vale&birthdate=eq1990-06-15&_max-results=2', application);
      assert.deepEqual([status, body.issue[0].code], [403, 'token']);
      assert.deepEqual(
        [body.issue[0].details.coding[0].code, body.issue[0].details.coding[0].display],
        ['INVALID_VALUE', 'Cannot retrieve more than one result with application-restricted access token'],
      );
    });

    test('§17.6 every bad search gets its own answer', async () => {
      const born = 'birthdate=eq1990-06-15';
      const tooLittle =
        "Invalid search data provided - 'No searches were performed as the search criteria did not meet the minimum requirements'";
      const cases: [query: string, issue: string, code: string, diagnostics?: string][] = [
        [
          'surname=Vale&family=Vale',
          'invariant',
          'ADDITIONAL_PROPERTIES',
          "Invalid request with error - Additional properties are not allowed ('surname' was unexpected)",
        ],
        [
          'family=Vale',
          'required',
          'MISSING_VALUE',
          "Missing value - 'birth_date/birth_date_range_start/birth_date_range_end'",
        ],
        [
          'family=Vale&birthdate=eq1990-13-01',
          'value',
          'INVALID_VALUE',
          "Invalid value - 'eq1990-13-01' in field 'birthdate'",
        ],
        ['family=Vale&birthdate=gt1990-01-01', 'value', 'INVALID_VALUE'],
        ['family=Vale&birthdate=1990', 'value', 'INVALID_VALUE'],
        [
          `family=Vale&${born}&gender=woman`,
          'value',
          'INVALID_VALUE',
          "Invalid value - 'woman' in field 'gender'",
        ],
        [`family=${'x'.repeat(36)}&${born}`, 'value', 'INVALID_VALUE'],
        [`family=Vale&${born}&_max-results=51`, 'value', 'INVALID_VALUE'],
        [`family=Vale&${born}&_max-results=0`, 'value', 'INVALID_VALUE'],
        [`family=Vale&${born}&_fuzzy-match=yes`, 'value', 'INVALID_VALUE'],
        [born, 'value', 'INVALID_SEARCH_DATA', tooLittle],
        [`given=Tamsin&${born}`, 'value', 'INVALID_SEARCH_DATA', tooLittle],
        [`family=Vale&${born}&_fuzzy-match=true`, 'value', 'INVALID_SEARCH_DATA', tooLittle],
        [`given=Tamsin&gender=female&${born}&_fuzzy-match=true`, 'value', 'INVALID_SEARCH_DATA', tooLittle],
        [`family=V*&${born}`, 'value', 'INVALID_SEARCH_DATA'],
        [`family=*ale&${born}`, 'value', 'INVALID_SEARCH_DATA'],
        [`family=Val*&given=T&${born}&_fuzzy-match=true`, 'value', 'INVALID_SEARCH_DATA'],
        [`family=Vale&${born}&address-postalcode=LS1&address-postcode=LS1`, 'value', 'INVALID_SEARCH_DATA'],
      ];
      for (const [query, issue, code, diagnostics] of cases) {
        const answer = await refused(query);
        assert.deepEqual([query, ...answer.slice(0, 3)], [query, 400, issue, code]);
        if (diagnostics) assert.equal(answer[3], diagnostics);
      }
    });

    test('§17.4 the two fuzzy minima besides both names', async () => {
      for (const query of [
        'family=Vale&birthdate=eq1990-06-15&gender=female&address-postcode=LS1+6AE&_fuzzy-match=true',
        'given=Tamsin&birthdate=eq1990-06-15&gender=female&address-postcode=LS1+6AE&_fuzzy-match=true',
      ]) {
        assert.deepEqual(await found(query), [['9990000034', 1]]);
      }
    });
  });
}

test('§17.4 names fold, fit patterns and sound alike', () => {
  assert.equal(foldName('Ó Dónaill-Łuß'), 'odonailllu' + 'ss');
  assert.ok(fitsPattern('kettlewood', 'ket*oo*d'));
  assert.ok(!fitsPattern('abc', 'ab*bc'));
  assert.ok(!fitsPattern('abcx', 'ab*c'));
  assert.deepEqual(['robert', 'rupert', 'ashcraft', 'tymczak', 'pfister', ''].map(soundOf), [
    'r163',
    'r163',
    'a261',
    't522',
    'p236',
    '',
  ]);
});
