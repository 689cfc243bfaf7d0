// Taking the record out of an answer, over a real connection: whole and about this patient, or not at all.
import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { Agent, request } from 'undici';
import { RequestRefusedError, recordAnswer, UnusableAnswerError } from './index.ts';

const NUMBER = '9990000018';
const bundle = (number: string) =>
  JSON.stringify({
    resourceType: 'Bundle',
    entry: [
      {
        resource: {
          resourceType: 'Patient',
          identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: number }],
        },
      },
    ],
  });

let respond: (response: ServerResponse) => void;
const server = createServer((_request, response) => respond(response));
const agent = new Agent();
before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
after(async () => {
  await agent.close();
  server.closeAllConnections();
  server.close();
});

async function read(how: (response: ServerResponse) => void, largestBytes = 10_000) {
  respond = how;
  const { port } = server.address() as AddressInfo;
  const { statusCode, headers, body } = await request(`http://127.0.0.1:${port}/`, { dispatcher: agent });
  return recordAnswer(
    { status: statusCode, headers, body, trace: 'trace-1' },
    { nhsNumber: NUMBER, largestBytes },
  );
}

const unusable = (reason: string) => (error: unknown) =>
  error instanceof UnusableAnswerError && error.reason === reason && error.trace === 'trace-1';

test('a whole answer is read, with its size', async () => {
  const { bytes, trace, bundle: found } = await read((response) => response.end(bundle(NUMBER)));
  assert.deepEqual([bytes, trace, found.resourceType], [bundle(NUMBER).length, 'trace-1', 'Bundle']);
});

test('an answer that breaks off is incomplete, with and without a promised length', async () => {
  for (const headers of [{}, { 'content-length': bundle(NUMBER).length }]) {
    await assert.rejects(
      read((response) => {
        response.writeHead(200, headers);
        response.write(bundle(NUMBER).slice(0, 40), () => response.destroy());
      }),
      unusable('incomplete'),
    );
  }
});

test('reading stops at the size limit', async () => {
  await assert.rejects(
    read((response) => response.end(bundle(NUMBER)), 50),
    unusable('too-large'),
  );
});

test('what is no record of one patient is refused', async () => {
  for (const body of ['{', '<html>', '{"resourceType":"Patient"}', '{"resourceType":"Bundle"}', '\u0000'])
    await assert.rejects(
      read((response) => response.end(body)),
      unusable('unreadable'),
      body,
    );
});

test('a record of another patient is refused', async () => {
  await assert.rejects(
    read((response) => response.end(bundle('9990000026'))),
    unusable('other-patient'),
  );
});

test('a refusal keeps its code, status and trace', async () => {
  const outcome = {
    resourceType: 'OperationOutcome',
    issue: [{ details: { coding: [{ code: 'NO_PATIENT_CONSENT' }] } }],
  };
  await assert.rejects(
    read((response) => response.writeHead(403).end(JSON.stringify(outcome))),
    (error) =>
      error instanceof RequestRefusedError &&
      error.code === 'NO_PATIENT_CONSENT' &&
      error.status === 403 &&
      error.trace === 'trace-1',
  );
});
