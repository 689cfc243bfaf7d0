// The decision over a snapshot: one case for every row it answers. spec: national-service §21
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { interactionById, interactionId, interactions } from '@gp-connect/foundation/nhs';
import { type AccreditedSystem, indexSnapshot, type NationalData } from '../directory/index.ts';
import {
  type Decision,
  type DecisionRequest,
  decide,
  decideCaller,
  decideEnablement,
  type PracticeProduct,
  publishedCapabilities,
  publishedStatus,
  type UseCase,
} from './index.ts';

const NOW = Date.UTC(2026, 3, 7, 9);
const CONSUMERS = {
  hospital: ['200000000001', 'RZ901', 'acute-emergency'],
  pharmacy: ['200000000002', 'FZZ01', 'pharmacy'],
  examiner: ['200000000003', 'RZE81', 'medical-examiner'],
  private: ['200000000004', 'NZP91', 'private-provider'],
  careHome: ['200000000005', 'VZ299', 'care-home'],
  practice: ['200000000006', 'A83998', 'gp-practice'],
} as const;
type Consumer = keyof typeof CONSUMERS;
const PRACTICE = 'A83999';
const PROVIDER = '200000009991';
const products = ['ar-html', 'ar-structured', 'access-document', 'appointment-management', 'migrate'];

const system = (asid: string, ods: string, manufacturer: string): AccreditedSystem => ({
  asid,
  ods,
  client: ods,
  partyKey: `${ods}-0000001`,
  interactions: interactions.map((interaction) => interaction.id),
  manufacturer,
  product: { name: 'Example', version: '1' },
  clientFqdn: `${ods}.example`,
  issuer: `https://${ods}.example/`,
});

const sw = (
  product: string,
  state: PracticeProduct['state'],
  more: Partial<PracticeProduct> = {},
): PracticeProduct => ({
  ods: PRACTICE,
  product,
  area: null,
  state,
  reasonCode: null,
  incident: null,
  ...more,
});

const useCase = (consumer: Consumer, more: Partial<UseCase> = {}): UseCase => ({
  asid: CONSUMERS[consumer][0],
  id: `uc-${consumer}`,
  purpose: 'direct-care',
  products,
  areas: null,
  lookbackMonths: null,
  ...more,
});

/** Everything signed, live and switched on; a case changes what it is about. */
function data(change: Partial<NationalData> = {}): NationalData {
  const base: NationalData = {
    version: 7,
    organisations: [
      ...Object.values(CONSUMERS).map(([, ods, type]) => ({
        ods,
        type,
        private: type === 'private-provider',
      })),
      { ods: PRACTICE, type: 'gp-practice', private: false },
    ].map((facts) => ({ ...facts, name: facts.ods, status: 'active', country: 'England', postcode: '' })),
    accreditedSystems: [
      ...Object.values(CONSUMERS).map(([asid, ods]) => system(asid, ods, 'YGC01')),
      system(PROVIDER, PRACTICE, 'YGA01'),
    ],
    messageHandlingServices: interactions.map((interaction, at) => ({
      id: `m${at}`,
      ods: PRACTICE,
      partyKey: `${PRACTICE}-0000001`,
      interaction: interaction.id,
      endpoint: 'https://pcs.example/A83999',
      fqdn: 'pcs.example',
      cpaId: `m${at}`,
    })),
    agreements: Object.values(CONSUMERS).map(([, ods]) => ({ ods, products, status: 'live' })),
    refusedPairs: [],
    practiceProducts: products.map((product) => sw(product, 'enabled')),
    useCases: [],
    supplierCapabilities: products.map((product) => ({
      supplier: 'YGA01',
      product,
      area: null,
      state: 'live',
      goLiveYear: null,
      fotPairs: [],
    })),
    practiceBlocks: [],
    privateOptIns: [],
  };
  return { ...base, ...change };
}

function ask(consumer: Consumer, more: Partial<DecisionRequest> = {}): DecisionRequest {
  return {
    mode: 'C',
    from: CONSUMERS[consumer][0],
    organisations: [CONSUMERS[consumer][1]],
    to: PROVIDER,
    practice: PRACTICE,
    interaction: interactionById(interactionId.structuredRecord)!,
    areas: ['medications'],
    dateFrom: null,
    patientPermission: false,
    now: NOW,
    ...more,
  };
}

const inShort = (decision: Decision) =>
  decision.allowed
    ? ['allowed', decision.purpose]
    : [
        decision.row,
        decision.status,
        decision.dialect,
        decision.issueType,
        decision.code,
        decision.diagnostics,
      ];
const html = interactionById(interactionId.careRecordHtml)!;
const withSwitch = (changed: PracticeProduct) => ({
  practiceProducts: [...products.map((product) => sw(product, 'enabled')), changed],
});
const capability = (
  state: 'live' | 'fot' | 'suspended' | 'fot-ready',
  fotPairs = [{ consumer: '', practice: '' }],
) => ({
  supplierCapabilities: [
    { supplier: 'YGA01', product: 'ar-structured', area: null, state, goLiveYear: null, fotPairs },
  ],
});

const denied = (row: string, diagnostics: string, code = 'ACCESS DENIED') => [
  row,
  403,
  'gpc',
  'forbidden',
  code,
  diagnostics,
];
const proxy = (row: string, diagnostics: string) => [row, 403, 'ssp', 'forbidden', '403', diagnostics];
const FOT = 'FOT_CHECK_FAILED_MESSAGESENDER_200000000001_MESSAGERECEIVER_200000009991';

type Case = [name: string, change: Partial<NationalData>, request: DecisionRequest, expected: unknown[]];
const cases: Case[] = [
  ['all in order', {}, ask('hospital'), ['allowed', 'direct-care']],
  [
    'row 15: the sender is not registered for the interaction',
    { accreditedSystems: [{ ...system(CONSUMERS.hospital[0], 'RZ901', 'YGC01'), interactions: [] }] },
    ask('hospital'),
    proxy('15', 'ASID_CHECK_FAILED_MESSAGESENDER_200000000001'),
  ],
  [
    'row 15: nobody knows the sender',
    {},
    ask('hospital', { from: '299999999999' }),
    proxy('15', 'ASID_CHECK_FAILED_MESSAGESENDER_299999999999'),
  ],
  [
    'row 13, PUR-05: the organisation of the token is not the sender’s',
    {},
    ask('hospital', { organisations: ['RZ901', 'FZZ01'] }),
    denied('13', 'The requesting organisation is not the organisation of the sending system'),
  ],
  [
    'row 16: the receiver is not registered for the interaction',
    { messageHandlingServices: [] },
    ask('hospital', { mode: 'A' }),
    proxy('16', 'PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_200000009991'),
  ],
  [
    'row 17: the pair is refused',
    { refusedPairs: [{ from: CONSUMERS.hospital[0], to: PROVIDER }] },
    ask('hospital'),
    proxy('17', FOT),
  ],
  [
    'row 17: no live agreement, modes A and B',
    { agreements: [] },
    ask('hospital', { mode: 'A' }),
    proxy('17', FOT),
  ],
  [
    'row 25: no live agreement, mode C',
    { agreements: [{ ods: 'RZ901', products, status: 'withdrawn' }] },
    ask('hospital'),
    denied('25', 'Organisation RZ901 has no live data sharing arrangement for ar-structured'),
  ],
  [
    'row 25: an agreement for another product',
    { agreements: [{ ods: 'RZ901', products: ['ar-html'], status: 'live' }] },
    ask('hospital'),
    denied('25', 'Organisation RZ901 has no live data sharing arrangement for ar-structured'),
  ],
  [
    'row 26: the type may never use the product',
    {},
    ask('careHome', {
      interaction: interactions.find((one) => one.product === 'appointment-management')!,
      areas: [],
    }),
    denied('26', 'Organisations of type care-home may not use appointment-management'),
  ],
  [
    'row 26: the type needs an approved use case',
    {},
    ask('private', { patientPermission: true }),
    denied('26', 'ar-structured needs an approved use case'),
  ],
  [
    'row 26: the use case does not cover the product',
    { useCases: [useCase('hospital', { products: ['ar-html'] })] },
    ask('hospital'),
    denied('26', 'The registered use case does not cover ar-structured'),
  ],
  [
    'row 27: a private provider without the permission claim',
    { useCases: [useCase('private')] },
    ask('private'),
    denied(
      '27',
      'A private provider must send evidence of the explicit permission of the patient (patient_permission)',
      'NO_PATIENT_CONSENT',
    ),
  ],
  [
    'row 23a, ORG-05: the practice has not agreed to the private provider',
    { useCases: [useCase('private')] },
    ask('private', { patientPermission: true }),
    denied(
      '23a',
      'Practice A83999 has not agreed to access by this private provider',
      'NO_ORGANISATIONAL_CONSENT',
    ),
  ],
  [
    'ORG-05: a private provider with permission and the practice’s agreement',
    { useCases: [useCase('private')], privateOptIns: [{ practice: PRACTICE, organisation: 'NZP91' }] },
    ask('private', { patientPermission: true }),
    ['allowed', 'direct-care'],
  ],
  [
    'row 31, PUR-08: a pharmacy asks for allergies',
    {},
    ask('pharmacy', { areas: ['medications', 'allergies'] }),
    denied('31', 'The use case permits these areas only: medications, uncategorised, investigations'),
  ],
  [
    'row 31: an area outside the use case',
    { useCases: [useCase('hospital', { areas: ['allergies'] })] },
    ask('hospital'),
    denied('31', 'The use case permits these areas only: allergies'),
  ],
  [
    'row 31, PUR-07: the whole record under a look-back',
    { useCases: [useCase('hospital', { lookbackMonths: 12 })] },
    ask('hospital', { interaction: html, areas: [] }),
    denied('31', 'The use case is limited in time; ar-html gives the whole record'),
  ],
  [
    'PUR-07: the restricted HTML option is agreed',
    { useCases: [useCase('hospital', { lookbackMonths: 12, restrictedHtml: true })] },
    ask('hospital', { interaction: html, areas: [] }),
    ['allowed', 'direct-care'],
  ],
  [
    'row 32: no date filter under a look-back',
    { useCases: [useCase('hospital', { lookbackMonths: 14 })] },
    ask('hospital'),
    [
      '32',
      422,
      'gpc',
      'invalid',
      'INVALID_PARAMETER',
      'The use case needs a date filter that starts on 2025-02-07 or later',
    ],
  ],
  [
    'row 32: a filter that begins too early, on a last day of a month',
    { useCases: [useCase('hospital', { lookbackMonths: 1 })] },
    ask('hospital', { now: Date.UTC(2026, 2, 31), dateFrom: '2026-02-27' }),
    [
      '32',
      422,
      'gpc',
      'invalid',
      'INVALID_PARAMETER',
      'The use case needs a date filter that starts on 2026-02-28 or later',
    ],
  ],
  [
    'PUR-07: a filter within the look-back',
    { useCases: [useCase('hospital', { lookbackMonths: 14 })] },
    ask('hospital', { dateFrom: '2025-02-07' }),
    ['allowed', 'direct-care'],
  ],
  [
    'PUR-04: the purpose comes from the use case',
    { useCases: [useCase('examiner', { purpose: 'medical-examiner' })] },
    ask('examiner'),
    ['allowed', 'medical-examiner'],
  ],
  [
    'row 24: an operator’s hold, before anything that is off',
    withSwitch(sw('ar-structured', 'held', { incident: 'INC-42', ownChoice: 'disabled' })),
    ask('hospital'),
    denied('24', 'ar-structured at practice A83999 is temporarily withheld nationally (incident INC-42)'),
  ],
  [
    'row 23: the practice switched the product off',
    withSwitch(sw('ar-structured', 'disabled')),
    ask('hospital'),
    denied('23', 'Practice A83999 does not currently share through ar-structured'),
  ],
  [
    'row 23: the practice switched an area off',
    withSwitch(sw('ar-structured', 'disabled', { area: 'consultations' })),
    ask('hospital', { areas: ['medications', 'consultations'] }),
    denied('23', 'Practice A83999 does not currently share through ar-structured (consultations)'),
  ],
  [
    'row 23: the area that is off is not asked for',
    withSwitch(sw('ar-structured', 'disabled', { area: 'consultations' })),
    ask('hospital'),
    ['allowed', 'direct-care'],
  ],
  [
    'row 23, ENB-02: the practice’s global switch is off',
    withSwitch(sw('gp-connect', 'disabled')),
    ask('hospital'),
    denied('23', 'Practice A83999 does not currently share through ar-structured'),
  ],
  [
    'row 23: for ar-html the code its set has',
    withSwitch(sw('ar-html', 'disabled')),
    ask('hospital', { interaction: html, areas: [] }),
    denied('23', 'Practice A83999 does not currently share through ar-html', 'NO_ORGANISATIONAL_CONSENT'),
  ],
  [
    'row 23: the supplier is not live',
    capability('suspended'),
    ask('hospital'),
    denied('23', 'Practice A83999 does not currently share through ar-structured'),
  ],
  [
    'row 23: no supplier at all',
    { supplierCapabilities: [] },
    ask('hospital'),
    denied('23', 'Practice A83999 does not currently share through ar-structured'),
  ],
  ['row 17: First of Type, another pair', capability('fot'), ask('hospital'), proxy('17', FOT)],
  [
    'ENB-02: First of Type, a listed pair',
    capability('fot', [{ consumer: 'RZ901', practice: PRACTICE }]),
    ask('hospital'),
    ['allowed', 'direct-care'],
  ],
  [
    'row 23a: the practice has not decided',
    { practiceProducts: [] },
    ask('hospital'),
    denied('23a', 'Practice A83999 has not decided about ar-structured', 'NO_ORGANISATIONAL_CONSENT'),
  ],
  [
    'row 23a: the practice blocks the organisation',
    { practiceBlocks: [{ practice: PRACTICE, organisation: 'RZ901', organisationType: null }] },
    ask('hospital'),
    denied('23a', 'Practice A83999 does not share with this organisation', 'NO_ORGANISATIONAL_CONSENT'),
  ],
  [
    'row 23a: the practice blocks the setting',
    { practiceBlocks: [{ practice: PRACTICE, organisation: null, organisationType: 'acute-emergency' }] },
    ask('hospital'),
    denied('23a', 'Practice A83999 does not share with this organisation', 'NO_ORGANISATIONAL_CONSENT'),
  ],
  [
    'ENB-02: migrate ignores the switches of the other products',
    { practiceProducts: [sw('ar-structured', 'disabled'), sw('gp-connect', 'disabled')] },
    ask('practice', { interaction: interactionById(interactionId.migrateStructuredRecord)!, areas: [] }),
    ['allowed', 'direct-care'],
  ],
  [
    'row 26: migrate is for practices',
    {},
    ask('hospital', { interaction: interactionById(interactionId.migrateStructuredRecord)!, areas: [] }),
    denied('26', 'Organisations of type acute-emergency may not use migrate'),
  ],
  [
    'CON-05: Foundations needs any agreement and no switch of its own',
    { practiceProducts: [], agreements: [{ ods: 'RZ901', products: ['ar-html'], status: 'live' }] },
    ask('hospital', { interaction: interactionById(interactionId.findPatient)!, areas: [] }),
    ['allowed', 'direct-care'],
  ],
  [
    'ENB-12: a capability statement is read whatever is switched off',
    withSwitch(sw('ar-structured', 'disabled')),
    ask('hospital', { interaction: interactionById(interactionId.structuredMetadata)!, areas: [] }),
    ['allowed', 'direct-care'],
  ],
];

describe('decide', () => {
  for (const [name, change, request, expected] of cases) {
    test(name, () => assert.deepEqual(inShort(decide(indexSnapshot(data(change)), request)), expected));
  }

  test('§21 order: the caller’s rules come before what the practice switched off', () => {
    const snapshot = indexSnapshot(data({ agreements: [], practiceProducts: [] }));
    assert.equal(inShort(decide(snapshot, ask('hospital')))[0], '25');
    assert.equal(inShort(decideEnablement(snapshot, ask('hospital')))[0], '23a');
  });

  test('§21 a gateway that does not know the practice yet can ask about the caller alone', () => {
    const snapshot = indexSnapshot(data({ practiceProducts: [] }));
    const request = ask('hospital', { to: null, practice: null });
    assert.deepEqual(inShort(decideCaller(snapshot, request)), ['allowed', 'direct-care']);
  });

  test('ENB-04 a change applied to the snapshot decides the next request', () => {
    const snapshot = indexSnapshot(data());
    assert.equal(decide(snapshot, ask('hospital')).allowed, true);
    const off = sw('ar-structured', 'disabled');
    assert.equal(snapshot.apply({ version: 8, kind: 'practice-product', item: off }), true);
    assert.equal(decide(snapshot, ask('hospital')).allowed, false);
    assert.equal(
      snapshot.apply({ version: 10, kind: 'practice-product', item: off }),
      false,
      'a gap in versions',
    );
    assert.equal(snapshot.version, 8);
  });
});

test('RTE-05, RTE-07 a provider is found for each interaction, never by "first wins"', () => {
  const whole = indexSnapshot(data());
  assert.equal(whole.provider(PRACTICE, interactionId.structuredRecord).found, true);
  assert.deepEqual(whole.provider('RZ901', interactionId.structuredRecord), { found: false, fault: false });
  const twice = data();
  twice.accreditedSystems.push(system('200000009992', PRACTICE, 'YGA01'));
  assert.deepEqual(indexSnapshot(twice).provider(PRACTICE, interactionId.structuredRecord), {
    found: false,
    fault: true,
  });
  const blank = data();
  blank.messageHandlingServices = blank.messageHandlingServices.map((service) => ({
    ...service,
    endpoint: ' ',
  }));
  assert.deepEqual(indexSnapshot(blank).provider(PRACTICE, interactionId.structuredRecord), {
    found: false,
    fault: true,
  });
});

test('ENB-10 the published status as data: what each supplier could do on 7 April 2026', () => {
  assert.equal(publishedStatus.asAt, '2026-04-07');
  const loaded = publishedCapabilities({ Optum: 'O1', TPP: 'T1', Medicus: 'M1' });
  const state = (supplier: string, product: string, area: string | null) =>
    loaded.find((row) => row.supplier === supplier && row.product === product && row.area === area)?.state;
  assert.equal(state('O1', 'ar-html', null), 'live');
  assert.equal(state('T1', 'ar-structured', 'immunisations'), 'fot');
  assert.equal(state('M1', 'ar-structured', 'consultations'), 'fot-ready');
  assert.equal(state('O1', 'ar-structured', 'diary'), 'in-development');
  assert.equal(state('O1', 'ar-structured', null), 'live');
  assert.equal(state('T1', 'update-record', 'blood-pressure-check'), 'live');
  assert.equal(state('M1', 'update-record', null), undefined);
  assert.equal(state('M1', 'pfs-record', null), 'live');
  assert.equal(state('O1', 'access-document', null), 'fot-ready');
  const structured = loaded.find(
    (row) => row.supplier === 'O1' && row.product === 'ar-structured' && row.area === null,
  );
  assert.equal(structured?.goLiveYear, 2019);
});
