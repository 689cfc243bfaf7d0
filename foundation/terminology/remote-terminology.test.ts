// A stand-in FHIR terminology server on a socket: what it says is used, what it cannot say is unknown. spec: terminology §5.1
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { demonstrationTerminology, remoteTerminology } from './index.ts';

const demo = demonstrationTerminology();
const secret = 'made-up-secret';
let base = '';
let answer: (
  path: string,
  query: URLSearchParams,
  response: ServerResponse,
  request: IncomingMessage,
) => unknown;
const seen: string[] = [];
let underWay = 0;
let mostUnderWay = 0;

const json = (response: ServerResponse, body: unknown, status = 200): unknown =>
  response.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(body));

/** Answers from the demonstration edition, in the shapes of the operations. */
function serve(path: string, query: URLSearchParams, response: ServerResponse): unknown {
  const code = query.get('code') ?? '';
  if (path === '/CodeSystem/$lookup') {
    const details = demo.lookup(code);
    if (details === undefined) return json(response, { resourceType: 'OperationOutcome' }, 404);
    const property = (name: string, value: object) => ({
      name: 'property',
      part: [
        { name: 'code', valueCode: name },
        { name: 'value', ...value },
      ],
    });
    return json(response, {
      resourceType: 'Parameters',
      parameter: [
        { name: 'display', valueString: details.preferredTerm },
        ...details.descriptions.map(({ term, type }) => ({
          name: 'designation',
          part: [
            {
              name: 'use',
              valueCoding: { code: type === 'fsn' ? '900000000000003001' : '900000000000013009' },
            },
            { name: 'value', valueString: term },
          ],
        })),
        property('inactive', { valueBoolean: details.status === 'inactive' }),
        ...(details.product?.level === 'AMP' ? [] : (details.product?.ingredients ?? [])).map((id) =>
          property('762949000', { valueCode: id }),
        ),
        ...(code === '91936005' ? [property('246075003', { valueCode: '764146007' })] : []),
      ],
    });
  }
  if (path === '/CodeSystem/$subsumes') {
    const outcome = demo.subsumes(query.get('codeA')!, query.get('codeB')!);
    if (outcome === 'unknown') return json(response, {}, 404);
    return json(response, {
      resourceType: 'Parameters',
      parameter: [{ name: 'outcome', valueCode: outcome }],
    });
  }
  if (path === '/CodeSystem/$validate-code' || path === '/ValueSet/$validate-code') {
    const result = query.get('display') === 'A term the lookup left out' || query.get('url') === 'urn:set';
    return json(response, {
      resourceType: 'Parameters',
      parameter: [{ name: 'result', valueBoolean: result }],
    });
  }
  if (path === '/ConceptMap/$translate') {
    const match = {
      name: 'match',
      part: [{ name: 'concept', valueCoding: { code: '38341003', display: 'Hypertensive disorder' } }],
    };
    const isSameAs = query.get('url')!.endsWith('900000000000527005');
    return json(response, { resourceType: 'Parameters', parameter: isSameAs ? [match] : [] });
  }
  const ecl = /fhir_vs=ecl\/([<>]+)(\d+)(?: AND <(\d+))?$/.exec(query.get('url') ?? '');
  let codes: string[] = demo.search({ text: query.get('filter') ?? '' }).map(({ conceptId }) => conceptId);
  if (ecl !== null) {
    const list = ecl[1] === '>' ? demo.ancestors(ecl[2]!) : demo.descendants(ecl[2]!);
    codes = list.filter((id) => ecl[3] === undefined || (id !== ecl[3] && demo.isA(id, ecl[3]) === 'yes'));
  }
  return json(response, {
    resourceType: 'ValueSet',
    expansion: {
      total: codes.length,
      contains: codes.map((id) => ({ code: id, display: demo.preferredTerm(id) })),
    },
  });
}

const server = createServer((request, response) => {
  const url = new URL(request.url!, 'http://stand-in');
  seen.push(`${url.pathname}?${url.searchParams}`);
  underWay += 1;
  mostUnderWay = Math.max(mostUnderWay, underWay);
  response.on('close', () => {
    underWay -= 1;
  });
  answer(url.pathname, url.searchParams, response, request);
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(() => {
  server.closeAllConnections();
  server.close();
});

const sleep = async (): Promise<void> => {};

test('a remote server gives the same answers as the embedded edition, for the codes of one message', async () => {
  answer = serve;
  const remote = remoteTerminology({ base, version: 'urn:edition:1' });
  const loaded = await remote.load({
    codes: ['77386006', '289411000001107', '91936005', '599341000000105'],
  });
  assert.equal(loaded.edition.source, 'remote');
  assert.equal(loaded.displayMatch('77386006', 'Not pregnant').result, 'contradiction');
  assert.equal(loaded.isA('77386006', '118185001'), 'yes');
  assert.equal(loaded.isA('77386006', '91936005'), 'no');
  assert.equal(loaded.inValueSet('pregnant-now', '77386006'), 'yes');
  assert.deepEqual(loaded.product('289411000001107'), {
    ...demo.product('289411000001107')!,
    invalid: false,
  });
  assert.equal(loaded.allergenMatch('91936005', '289411000001107').outcome, 'match');
  assert.equal(loaded.isActive('599341000000105'), 'no');
  assert.deepEqual(loaded.replacementsOf('599341000000105'), [
    { conceptId: '38341003', term: 'Hypertensive disorder', path: 'SAME AS', ambiguous: false },
  ]);
  assert.ok(seen.every((request) => request.includes('urn%3Aedition%3A1') || request.includes('$translate')));
});

test('a code the server does not know is unknown to a whole release: the concept does not exist (T-02)', async () => {
  answer = serve;
  const remote = remoteTerminology({ base });
  const check = await remote.validateCode({
    system: 'http://snomed.info/sct',
    code: '9826008',
    display: 'x',
  });
  assert.equal(check.status, 'unknown');
  assert.deepEqual(
    check.issues.map(({ code }) => code),
    ['unknownConcept'],
  );
});

test('the server may know a term its lookup did not list', async () => {
  answer = serve;
  const remote = remoteTerminology({ base });
  const query = { system: 'http://snomed.info/sct', code: '195967001' };
  assert.equal(
    (await remote.validateCode({ ...query, display: 'A term the lookup left out' })).displayMatch?.result,
    'synonym',
  );
  assert.equal((await remote.validateCode({ ...query, display: 'Gout' })).displayMatch?.result, 'mismatch');
});

test('subsumption, membership, descendants and search are asked of the server', async () => {
  answer = serve;
  const remote = remoteTerminology({ base });
  assert.equal(await remote.subsumes('73211009', '44054006'), 'subsumes');
  assert.equal(await remote.subsumes('73211009', '9826008'), 'unknown');
  assert.equal(await remote.inServerValueSet('urn:set', '77386006'), 'yes');
  assert.equal(await remote.inServerValueSet('urn:other', '77386006'), 'no');
  assert.deepEqual(await remote.descendants('73211009'), demo.descendants('73211009'));
  assert.equal((await remote.search({ text: 'asthma' }))?.[0]?.conceptId, '195967001');
  assert.equal((await remote.lookup('195967001'))?.preferredTerm, 'Asthma');
});

test('answers are kept: the same code is asked for once', async () => {
  answer = serve;
  const remote = remoteTerminology({ base });
  await remote.load({ codes: ['195967001'] });
  const count = seen.length;
  await remote.load({ codes: ['195967001'] });
  assert.equal(seen.length, count);
});

test('no more requests are under way than allowed', async () => {
  answer = (path, query, response) => setImmediate(() => serve(path, query, response));
  mostUnderWay = 0;
  await remoteTerminology({ base, concurrency: 3 }).load({ codes: demo.descendants('77176002') });
  assert.ok(mostUnderWay >= 2 && mostUnderWay <= 3, String(mostUnderWay));
});

test('an unreachable server leaves everything unknown and says so; nothing is kept, nothing is passed', async () => {
  answer = (_path, _query, response) => response.destroy();
  const remote = remoteTerminology({ base, sleep });
  const loaded = await remote.load({ codes: ['77386006'] });
  const check = loaded.validateCode({
    system: 'http://snomed.info/sct',
    code: '77386006',
    display: 'Not pregnant',
  });
  assert.equal(check.status, 'unknown');
  assert.deepEqual(
    check.issues.map(({ code }) => code),
    ['terminologyUnavailable'],
  );
  assert.equal(loaded.isActive('77386006'), 'unknown');
  assert.equal(loaded.inValueSet('smoker', '77386006'), 'unknown');
  assert.equal(loaded.subsumes('77386006', '60001007'), 'unknown');
  assert.equal(await remote.subsumes('73211009', '44054006'), 'unknown');
  assert.equal(await remote.inServerValueSet('urn:set', '77386006'), 'unknown');
  assert.equal(await remote.descendants('73211009'), undefined);
  assert.equal(await remote.search({ text: 'asthma' }), undefined);
  answer = serve;
  const later = remoteTerminology({ base });
  assert.equal((await later.load({ codes: ['77386006'] })).isActive('77386006'), 'yes');
});

test('a server that does not answer in time is unavailable', async () => {
  answer = () => {};
  const loaded = await remoteTerminology({ base, timeoutMs: 50, sleep }).load({ codes: ['195967001'] });
  assert.equal(loaded.isActive('195967001'), 'unknown');
});

test('503 and 429 are tried once more after the time the server asks for', async () => {
  let refused = 0;
  const waits: number[] = [];
  answer = (path, query, response) => {
    if (refused > 0) return serve(path, query, response);
    refused += 1;
    return response.writeHead(429, { 'retry-after': '2' }).end();
  };
  const remote = remoteTerminology({
    base,
    sleep: async (ms) => {
      waits.push(ms);
    },
  });
  assert.equal(await remote.subsumes('73211009', '44054006'), 'subsumes');
  assert.deepEqual(waits, [2000]);
});

test('after failures in a row the server is left alone for a while', async () => {
  let asked = 0;
  answer = (_path, _query, response) => {
    asked += 1;
    response.writeHead(500).end();
  };
  let now = 1_000_000;
  const remote = remoteTerminology({ base, sleep, now: () => now, breaker: { failures: 2, pauseMs: 1000 } });
  await remote.subsumes('73211009', '44054006');
  await remote.subsumes('73211009', '44054006');
  const before = asked;
  assert.equal(await remote.subsumes('73211009', '44054006'), 'unknown');
  assert.equal(asked, before);
  now += 1001;
  answer = serve;
  assert.equal(await remote.subsumes('73211009', '44054006'), 'subsumes');
});

test('it signs in once for many requests, and again after a 401', async () => {
  let tokens = 0;
  answer = (path, query, response, request) => {
    if (path === '/token') {
      tokens += 1;
      return json(response, { access_token: `token-${tokens}`, expires_in: 300 });
    }
    if (
      request.headers.authorization !== `Bearer token-${tokens}` ||
      (tokens === 1 && path.includes('$subsumes'))
    ) {
      return response.writeHead(401).end();
    }
    return serve(path, query, response);
  };
  const remote = remoteTerminology({
    base,
    signIn: { tokenUrl: `${base}/token`, clientId: 'gpc', clientSecret: secret },
  });
  assert.equal((await remote.load({ codes: ['195967001', '44054006'] })).isActive('195967001'), 'yes');
  assert.equal(tokens, 1);
  assert.equal(await remote.subsumes('73211009', '44054006'), 'subsumes');
  assert.equal(tokens, 2);
});

test('an answer that is no FHIR leaves the code unknown', async () => {
  for (const body of ['<html>', '[]', '{"resourceType":"Bundle"}']) {
    answer = (_path, _query, response) => response.end(body);
    const loaded = await remoteTerminology({ base, sleep }).load({ codes: ['195967001'] });
    assert.equal(loaded.isActive('195967001'), 'unknown', body);
  }
});
