import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type JsonResource, parseJson, serializeJson } from './json.ts';
import { FhirSyntaxError } from './syntax-error.ts';
import { fromXml } from './xml-read.ts';
import { bundleXmlFrames, resourceToXmlEntry, toXml } from './xml-write.ts';

const head = '<?xml version="1.0" encoding="UTF-8"?>';
const patientXml = (inside: string): string => `<Patient xmlns="http://hl7.org/fhir">${inside}</Patient>`;
const div = (inside: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inside}</div>`;

function refused(run: () => unknown): FhirSyntaxError {
  try {
    run();
  } catch (error) {
    assert.ok(error instanceof FhirSyntaxError, String(error));
    return error;
  }
  return assert.fail('the document was accepted');
}

function roundTrips(resource: JsonResource, version: 'STU3' | 'R4' | 'DSTU2' = 'STU3'): void {
  const read = fromXml(toXml(resource, version), version);
  assert.equal(serializeJson(sorted(read)), serializeJson(sorted(resource)));
}

/** Members in alphabetical order, so that texts can be compared, numbers as written. */
function sorted<T>(value: T): T {
  if (Array.isArray(value)) return value.map(sorted) as T;
  if (typeof value !== 'object' || value === null || 'rawJSON' in value) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([k, v]) => [k, sorted(v)]),
  ) as T;
}

test('elements are written in definition order, whatever the order in JSON', () => {
  const xml = toXml({
    resourceType: 'Patient',
    birthDate: '1980',
    active: true,
    id: 'p1',
    name: [{ given: ['A', 'B'], family: 'C' }],
  });
  assert.equal(
    xml,
    head +
      patientXml(
        '<id value="p1"/><active value="true"/><name><family value="C"/><given value="A"/><given value="B"/></name><birthDate value="1980"/>',
      ),
  );
});

test('a primitive with only an extension becomes an underscore twin', () => {
  const xml =
    '<Patient xmlns="http://hl7.org/fhir"><birthDate><extension url="u"><valueString value="a"/></extension></birthDate></Patient>';
  assert.deepEqual(fromXml(xml), {
    resourceType: 'Patient',
    _birthDate: { extension: [{ url: 'u', valueString: 'a' }] },
  });
  roundTrips(fromXml(xml));
});

test('lists of primitives keep values and extensions aligned with nulls', () => {
  const resource = {
    resourceType: 'Patient',
    name: [
      {
        given: ['A', null, 'C'],
        _given: [null, { id: 'x', extension: [{ url: 'u', valueCode: 'c' }] }, null],
      },
    ],
  };
  roundTrips(resource);
  roundTrips({
    resourceType: 'Patient',
    name: [{ _given: [{ extension: [{ url: 'u', valueCode: 'c' }] }] }],
  });
});

test('contained resources, resources in entries and parameters, and choices are kept', () => {
  const patient = {
    resourceType: 'Patient',
    contained: [{ resourceType: 'Organization', id: 'o', name: 'N' }],
    deceasedDateTime: '2020-01-01',
  };
  roundTrips({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ fullUrl: 'urn:x', resource: patient }, { resource: patient }],
  });
  roundTrips({
    resourceType: 'Parameters',
    parameter: [
      { name: 'a', resource: patient },
      { name: 'b', part: [{ name: 'c', valueBoolean: false }] },
    ],
  });
});

test('decimals keep their written form in both directions', () => {
  const xml =
    '<Observation xmlns="http://hl7.org/fhir"><valueQuantity><value value="1.10"/></valueQuantity></Observation>';
  assert.equal(serializeJson(fromXml(xml)), '{"resourceType":"Observation","valueQuantity":{"value":1.10}}');
  assert.equal(toXml(fromXml(xml)), head + xml);
  roundTrips(parseJson('{"resourceType":"Observation","valueQuantity":{"value":100.00}}'));
});

test('line ends, tabs, quotes and markup in texts survive', () => {
  roundTrips({ resourceType: 'Patient', name: [{ text: ' a\n\tb\r\n"c" <d> & \'e\' 😀 é ' }] });
});

test('narrative is kept as it was written, and made to stand alone when it leaned on its surroundings', () => {
  const text = div("a &#160;<b class='x'>b</b><br/><!-- c --> &amp; &lt;");
  roundTrips({ resourceType: 'Patient', text: { status: 'generated', div: text } });
  const prefixed =
    '<f:Patient xmlns:f="http://hl7.org/fhir" xmlns:h="http://www.w3.org/1999/xhtml"><f:text><f:status value="empty"/><h:div><h:p title="&lt;&quot;">x &amp; y</h:p><h:br/></h:div></f:text></f:Patient>';
  const { text: narrative } = fromXml(prefixed) as unknown as { text: { div: string } };
  assert.equal(narrative.div, div('<p title="&lt;&quot;">x &amp; y</p><br/>'));
});

test('narrative without a namespace and with named characters is made into XHTML', () => {
  const xml = toXml({ resourceType: 'Patient', text: { status: 'generated', div: '<div>a&nbsp;b</div>' } });
  assert.match(xml, /<div xmlns="http:\/\/www\.w3\.org\/1999\/xhtml">a&#160;b<\/div>/);
});

test('prefixed FHIR elements are read', () => {
  const xml = '<f:Patient xmlns:f="http://hl7.org/fhir"><f:active value="false"/></f:Patient>';
  assert.deepEqual(fromXml(xml), { resourceType: 'Patient', active: false });
});

test('comments, processing instructions and a schema location are passed over', () => {
  const xml = `\ufeff<?xml version="1.0" encoding="utf-8"?><?style x?><!-- a --><Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"> <!-- c --> <active value="true"/>\n</Patient>`;
  assert.deepEqual(fromXml(Buffer.from(xml)), { resourceType: 'Patient', active: true });
});

test('DSTU2 and R4 go through their own tables', () => {
  roundTrips({ resourceType: 'MedicationOrder', status: 'active', dateWritten: '2016-01-01' }, 'DSTU2');
  roundTrips(
    {
      resourceType: 'MedicationRequest',
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: { text: 'x' },
      subject: { reference: 'Patient/1' },
    },
    'R4',
  );
  assert.equal(refused(() => toXml({ resourceType: 'MedicationOrder' })).reason, 'unknown resource type');
});

const refusedXml: [name: string, xml: string, path: string, reason: RegExp][] = [
  [
    'a document type',
    '<!DOCTYPE Patient [<!ENTITY a "b">]><Patient xmlns="http://hl7.org/fhir"/>',
    '',
    /document type/,
  ],
  ['an unknown element', patientXml('<colour value="x"/>'), 'Patient.colour', /unknown element/],
  [
    'a name inherited from Object',
    patientXml('<constructor value="x"/>'),
    'Patient.constructor',
    /unknown element/,
  ],
  ['an unknown resource', '<Wizard xmlns="http://hl7.org/fhir"/>', 'Wizard', /unknown resource type/],
  [
    'a data type as document',
    '<HumanName xmlns="http://hl7.org/fhir"/>',
    'HumanName',
    /unknown resource type/,
  ],
  ['no namespace', '<Patient/>', 'Patient', /wrong namespace/],
  [
    'a foreign namespace',
    patientXml('<active xmlns="urn:x" value="true"/>'),
    'Patient.active',
    /wrong namespace/,
  ],
  [
    'narrative outside XHTML',
    patientXml('<text><status value="empty"/><div>x</div></text>'),
    'Patient.text.div',
    /wrong namespace/,
  ],
  [
    'a foreign element in narrative',
    patientXml(`<text><status value="empty"/>${div('<x xmlns="urn:x"/>')}</text>`),
    'Patient.text.div',
    /wrong namespace/,
  ],
  [
    'a repeated single element',
    patientXml('<active value="true"/><active value="true"/>'),
    'Patient.active',
    /more than once/,
  ],
  [
    'two values of a choice',
    patientXml('<deceasedBoolean value="true"/><deceasedDateTime value="2020"/>'),
    'Patient.deceasedDateTime',
    /choice/,
  ],
  ['a boolean other than true or false', patientXml('<active value="yes"/>'), 'Patient.active', /boolean/],
  ['a boolean in capitals', patientXml('<active value="True"/>'), 'Patient.active', /boolean/],
  [
    'a number with leading zeros',
    patientXml('<multipleBirthInteger value="007"/>'),
    'Patient.multipleBirthInteger',
    /number/,
  ],
  [
    'a decimal where an integer belongs',
    patientXml('<multipleBirthInteger value="1.0"/>'),
    'Patient.multipleBirthInteger',
    /whole number/,
  ],
  [
    'an integer out of range',
    patientXml('<multipleBirthInteger value="2147483648"/>'),
    'Patient.multipleBirthInteger',
    /range/,
  ],
  ['stray text', patientXml('hello<active value="true"/>'), 'Patient', /stray text/],
  ['stray CDATA', patientXml('<active value="true"><![CDATA[x]]></active>'), 'Patient.active', /stray text/],
  ['a value as text', patientXml('<birthDate>1980</birthDate>'), 'Patient.birthDate', /stray text/],
  ['an empty primitive', patientXml('<birthDate/>'), 'Patient.birthDate', /neither a value nor an extension/],
  [
    'a primitive with only an id',
    patientXml('<birthDate id="a"/>'),
    'Patient.birthDate',
    /neither a value nor an extension/,
  ],
  ['an empty value', patientXml('<birthDate value=""/>'), 'Patient.birthDate', /must not be empty/],
  [
    'an empty element',
    patientXml('<name><family value="a"/></name><name/>'),
    'Patient.name[1]',
    /empty element/,
  ],
  ['an element with only an id', patientXml('<name id="a"/>'), 'Patient.name[0]', /empty element/],
  [
    'an unknown attribute',
    patientXml('<active value="true" secret="x"/>'),
    'Patient.active.secret',
    /unknown attribute/,
  ],
  [
    'an attribute on a resource',
    '<Patient xmlns="http://hl7.org/fhir" id="x"/>',
    'Patient.id',
    /unknown attribute/,
  ],
  [
    'a url element in an extension',
    patientXml('<extension><url value="x"/></extension>'),
    'Patient.extension[0].url',
    /unknown element/,
  ],
  [
    'two resources in one slot',
    patientXml('<contained><Patient/><Patient/></contained>'),
    'Patient.contained[0]',
    /more than one resource/,
  ],
  ['an empty slot', patientXml('<contained/>'), 'Patient.contained[0]', /empty element/],
  [
    'a child in a primitive',
    patientXml('<birthDate value="1980"><active value="true"/></birthDate>'),
    'Patient.birthDate.active',
    /unknown element/,
  ],
  [
    'unclosed tags',
    '<Patient xmlns="http://hl7.org/fhir"><active value="true">',
    'Patient.active',
    /not well-formed/,
  ],
  ['an unknown entity', patientXml('<birthDate value="&secret;"/>'), 'Patient', /not well-formed/],
  ['a repeated attribute', patientXml('<active value="true" value="false"/>'), 'Patient', /not well-formed/],
  ['an undeclared prefix', patientXml('<x:active value="true"/>'), 'Patient', /not well-formed|namespace/],
  [
    'two roots',
    '<Patient xmlns="http://hl7.org/fhir"/><Patient xmlns="http://hl7.org/fhir"/>',
    '',
    /not well-formed/,
  ],
  ['a control character', patientXml('<birthDate value="&#1;"/>'), 'Patient', /not well-formed/],
  ['another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${patientXml('')}`, '', /UTF-8/],
  ['nothing', '', '', /not well-formed|no resource/],
  ['JSON', '{"resourceType":"Patient"}', '', /not well-formed|stray text/],
];
for (const [name, xml, path, reason] of refusedXml) {
  test(`XML with ${name} is refused`, () => {
    const error = refused(() => fromXml(xml));
    assert.match(error.reason, reason);
    assert.equal(error.path, path);
  });
}

test('the path of a refusal leads through entries and resources', () => {
  const entry = (inside: string): string =>
    `<entry><resource><Patient>${inside}</Patient></resource></entry>`;
  const xml = `<Bundle xmlns="http://hl7.org/fhir"><type value="collection"/>${entry('').repeat(3)}${entry('<birthDate/>')}</Bundle>`;
  assert.equal(refused(() => fromXml(xml)).path, 'Bundle.entry[3].resource.birthDate');
});

test('a refusal never repeats a value', () => {
  const secrets = [
    patientXml('<active value="9434765919"/>'),
    patientXml('9434765919'),
    patientXml('<birthDate value="9434765919" <'),
    patientXml('<x9434765919/>'),
    patientXml('<birthDate value="&x9434765919;"/>'),
  ];
  for (const xml of secrets) assert.doesNotMatch(refused(() => fromXml(xml)).message, /9434765919/);
});

test('XML over the limits is refused', () => {
  const deep = `${'<extension url="u">'.repeat(40)}${'</extension>'.repeat(40)}`;
  assert.match(refused(() => fromXml(patientXml(deep))).reason, /too deeply/);
  assert.match(
    refused(() => fromXml(patientXml('<id value="a"/>'), 'STU3', { maxBytes: 20 })).reason,
    /too large/,
  );
  assert.match(
    refused(() => fromXml(patientXml('<id value="a"/>'), 'STU3', { maxElements: 1 })).reason,
    /too many/,
  );
  const narrative = `<text><status value="empty"/>${div('<i>'.repeat(70) + '</i>'.repeat(70))}</text>`;
  assert.match(refused(() => fromXml(patientXml(narrative))).reason, /too deeply/);
});

const unwritable: [name: string, resource: object, path: string, reason: RegExp][] = [
  ['an unknown element', { colour: 'x' }, 'Patient.colour', /unknown element/],
  ['a twin of a complex element', { _name: [{ id: 'a' }] }, 'Patient._name', /unknown element/],
  ['an object where an array belongs', { name: { text: 'x' } }, 'Patient.name', /must be an array/],
  ['an array where one value belongs', { birthDate: ['1980'] }, 'Patient.birthDate', /must not be an array/],
  ['an empty array', { name: [] }, 'Patient.name', /empty array/],
  ['an empty object', { name: [{}] }, 'Patient.name[0]', /empty element/],
  ['null', { birthDate: null }, 'Patient.birthDate', /neither a value/],
  ['an empty text', { birthDate: '' }, 'Patient.birthDate', /must not be empty/],
  ['a text for a boolean', { active: 'true' }, 'Patient.active', /boolean/],
  ['a text for a number', { multipleBirthInteger: '1' }, 'Patient.multipleBirthInteger', /number/],
  ['a number for a text', { birthDate: 1980 }, 'Patient.birthDate', /string/],
  ['a control character', { name: [{ text: 'a\u0000' }] }, 'Patient.name[0].text', /characters/],
  [
    'two values of a choice',
    { deceasedBoolean: true, deceasedDateTime: '2020' },
    'Patient.deceasedDateTime',
    /choice/,
  ],
  [
    'broken narrative',
    { text: { status: 'empty', div: '<div>a</div></text><active value="true"/>' } },
    'Patient.text.div',
    /XHTML/,
  ],
  [
    'narrative of another kind',
    { text: { status: 'empty', div: '<p xmlns="http://www.w3.org/1999/xhtml"/>' } },
    'Patient.text.div',
    /not a div/,
  ],
  [
    'foreign narrative',
    { text: { status: 'empty', div: div('<x xmlns="http://hl7.org/fhir"/>') } },
    'Patient.text.div',
    /not XHTML/,
  ],
  [
    'an unknown contained resource',
    { contained: [{ resourceType: 'Wizard' }] },
    'Patient.contained[0]',
    /unknown resource/,
  ],
];
for (const [name, members, path, reason] of unwritable) {
  test(`a resource with ${name} is not written as XML`, () => {
    const error = refused(() => toXml({ resourceType: 'Patient', ...members }));
    assert.match(error.reason, reason);
    assert.equal(error.path, path);
  });
}

test('a bundle written entry by entry is the bundle written at once', () => {
  const entries = [
    { fullUrl: 'urn:uuid:1', resource: { resourceType: 'Patient', id: 'a' }, search: { mode: 'match' } },
    { resource: { resourceType: 'Slot', id: 'b' } },
  ];
  const bundle = {
    resourceType: 'Bundle',
    id: 'x',
    type: 'searchset',
    total: 1,
    signature: { contentType: 'a/b' },
  };
  const { head: before, tail } = bundleXmlFrames(bundle);
  const streamed = entries.map(({ resource, ...parts }) => resourceToXmlEntry(resource, parts)).join('');
  assert.equal(before + streamed + tail, toXml({ ...bundle, entry: entries }));
  assert.match(refused(() => bundleXmlFrames({ ...bundle, entry: entries })).reason, /streamed apart/);
});
