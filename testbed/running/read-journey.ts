// The main job, end to end: consumer → gateway → PDS and SDS → provider → streamed back, and what bad input gets.
// Real processes, real TLS, real databases. spec: design §3 journey 1; national-service §21; foundations §22
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { before, test } from 'node:test';
import {
  byPatient,
  openConnections,
  readRecord,
  refusalOf,
  structuredParameters,
} from '@gp-connect/consumer';
import {
  AuditEntryUnavailableError,
  AuditReader,
  fileKek,
  formatVkey,
  openKeyStore,
  verifyLog,
} from '@gp-connect/foundation/audit';
import { interactionId } from '@gp-connect/foundation/nhs';
import { openAuthority } from '@gp-connect/foundation/trust';
import { namedPatient } from '../england/index.ts';
import type { Caller } from './caller.ts';
import { certificateFiles } from './certificates.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import { layoutOf } from './layout.ts';

const STRUCTURED = interactionId.structuredRecord;
const PATH = '/Patient/$gpc.getstructuredrecord';

const numberOf = (key: Parameters<typeof namedPatient>[0]) => namedPatient(key).nhsNumber;

/** Registers the tests; `running` gives the England they share once it is up. */
export function readJourney(running: () => EnglandUnderTest): void {
  let england: EnglandUnderTest;
  let doctor: Caller;

  before(() => {
    england = running();
    doctor = england.caller('hospital-doctor');
  });

  async function serviceOf(nhsNumber: string) {
    const found = await doctor.directory.trace(nhsNumber, await doctor.accessToken());
    assert.ok(found?.practice, 'PDS knows the practice');
    const service = await doctor.directory.service(found.practice, STRUCTURED, crypto.randomUUID());
    assert.ok(service, 'SDS knows endpoint and ASID');
    return service;
  }
  async function proxied(nhsNumber: string, overrides: Partial<Parameters<Caller['proxy']>[0]> = {}) {
    const service = overrides.service ?? (await serviceOf(nhsNumber));
    return doctor.proxy({
      interaction: STRUCTURED,
      path: PATH,
      body: structuredParameters({ nhsNumber }),
      ...overrides,
      service,
    });
  }
  const patientBased = (nhsNumber: string) =>
    doctor.byPatient({ operation: '$gpc.getstructuredrecord', body: structuredParameters({ nhsNumber }) });

  for (const key of ['rich', 'rich-cedar'] as const) {
    test(`RTE-02 and RTE-04: ${key}'s record is the same by proxy path and by patient`, async () => {
      const one = await proxied(numberOf(key));
      const other = await patientBased(numberOf(key));
      assert.equal(one.status, 200);
      assert.equal(other.status, 200);
      assert.equal(one.headers['content-type'], 'application/fhir+json;charset=utf-8');
      assert.equal(one.headers['cache-control'], 'no-store');
      const [a, b] = [JSON.parse(await one.body.text()), JSON.parse(await other.body.text())];
      assert.equal(a.id, one.trace, 'Bundle.id is the trace id');
      assert.equal(a.entry.length, b.entry.length);
      const view = readRecord(a);
      assert.equal(view.patient.nhsNumber, numberOf(key));
      assert.equal(view.areas.length, 9, 'every clinical area has its list');
      assert.ok(view.areas.every((area) => area.items.length > 0));
    });
  }

  test('the answer can be had as XML', async () => {
    const answer = await proxied(numberOf('rich'), { format: 'xml' });
    assert.equal(answer.headers['content-type'], 'application/fhir+xml;charset=utf-8');
    assert.match(
      await answer.body.text(),
      /^<\?xml[^>]*><Bundle xmlns="http:\/\/hl7.org\/fhir">[\s\S]*<\/Bundle>\s*$/,
    );
  });

  test('a record of 10,000 entries arrives whole', async () => {
    const answer = await proxied(numberOf('ten-thousand'));
    const bundle = JSON.parse(await answer.body.text());
    assert.ok(bundle.entry.length >= 10_000, `${bundle.entry.length} entries`);
  });

  const refusals: [key: Parameters<typeof namedPatient>[0], status: number, code: string][] = [
    ['deceased', 404, 'PATIENT_NOT_FOUND'],
    ['restricted', 404, 'PATIENT_NOT_FOUND'],
    ['very-restricted', 404, 'PATIENT_NOT_FOUND'],
    ['superseded', 404, 'PATIENT_NOT_FOUND'],
    ['invalidated', 404, 'PATIENT_NOT_FOUND'],
    ['no-practice', 404, 'PATIENT_NOT_FOUND'],
    ['unverified', 404, 'PATIENT_NOT_FOUND'],
    ['sensitive', 404, 'PATIENT_NOT_FOUND'],
    ['opted-out', 403, 'NO_PATIENT_CONSENT'],
    ['dissent', 403, 'NO_PATIENT_CONSENT'],
    ['temporary', 403, 'ACCESS DENIED'],
  ];
  for (const [key, status, code] of refusals) {
    test(`by patient, ${key} gets ${status} ${code}`, async () => {
      const refused = await refusalOf(await patientBased(numberOf(key)));
      assert.deepEqual([refused.status, refused.code], [status, code]);
    });
  }

  test('RTE-12a to d: unknown, restricted, superseded and unregistered get one and the same body', async () => {
    const bodies = await Promise.all(
      ['9999999999', numberOf('restricted'), numberOf('invalidated'), numberOf('no-practice')].map(
        async (nhsNumber) => {
          const answer = await patientBased(nhsNumber);
          return [answer.status, await answer.body.text()];
        },
      ),
    );
    for (const body of bodies) assert.deepEqual(body, bodies[0]);
  });

  test('§21 rows 2 to 5: a body without a good NHS number is refused before anyone is asked', async () => {
    const bodies: [unknown, number, string][] = [
      ['not json', 400, 'BAD_REQUEST'],
      [{ resourceType: 'Parameters' }, 422, 'INVALID_PARAMETER'],
      [structuredParameters({ nhsNumber: '9434765918' }), 400, 'INVALID_NHS_NUMBER'],
      [structuredParameters({ nhsNumber: '12345' }), 400, 'INVALID_NHS_NUMBER'],
    ];
    for (const [body, status, code] of bodies) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const refused = await refusalOf(
        await doctor.byPatient({ operation: '$gpc.getstructuredrecord', body: text }),
      );
      assert.deepEqual([refused.status, refused.code], [status, code]);
    }
  });

  test('§21 row 9: without an access token 401, and the token of another audience is none', async () => {
    const layout = layoutOf(england.dataFolder);
    const files = certificateFiles(layout, 'clinician');
    const connections = openConnections({
      key: readFileSync(files.key, 'utf8'),
      cert: readFileSync(files.cert, 'utf8'),
      ca: readFileSync(files.ca, 'utf8'),
    });
    const answer = await byPatient(connections, doctor.gateway, {
      operation: '$gpc.getstructuredrecord',
      organisation: doctor.product.organisation.ods,
      accessToken: 'rubbish',
      body: structuredParameters({ nhsNumber: numberOf('rich') }),
    });
    assert.equal(answer.status, 401);
    await answer.body.dump();
    await connections.close();
  });

  test('RTE-23: a target that is not the registered endpoint, and a sender that is another, are refused', async () => {
    const service = await serviceOf(numberOf('rich'));
    const elsewhere = await refusalOf(
      await proxied(numberOf('rich'), { service: { ...service, address: `${service.address}x` } }),
    );
    assert.equal(elsewhere.status, 400);
    assert.match(elsewhere.diagnostics, /^ENDPOINT_.*_VARIES_FROM_TARGETURL_/);
    const notReceiver = await refusalOf(
      await proxied(numberOf('rich'), { service: { ...service, asid: doctor.product.asid } }),
    );
    assert.equal(notReceiver.status, 403);
    assert.match(notReceiver.diagnostics, /^PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_/);
  });

  test('§21 row 31: a pharmacy is told which areas it may ask for, and gets those', async () => {
    const pharmacist = england.caller('pharmacist');
    const ask = (areas?: ('medications' | 'uncategorised')[]) =>
      pharmacist.byPatient({
        operation: '$gpc.getstructuredrecord',
        body: structuredParameters({ nhsNumber: numberOf('rich'), ...(areas ? { areas } : {}) }),
      });
    const refused = await refusalOf(await ask());
    assert.deepEqual([refused.status, refused.code], [403, 'ACCESS DENIED']);
    assert.match(refused.diagnostics, /medications, uncategorised, investigations/);
    const answer = await ask(['medications']);
    assert.equal(answer.status, 200);
    await answer.body.dump();
  });

  test('a certificate of another authority does not get a request through', async () => {
    const folder = `${england.dataFolder}/other-authority`;
    const other = await openAuthority(folder, { clock: Date.now });
    const identity = await other.issue({ commonName: 'rz901.example', usages: 'client' });
    const { port } = new URL(doctor.gateway);
    const outcome = await new Promise<string>((resolve) => {
      const asked = request(
        {
          host: 'localhost',
          port,
          method: 'POST',
          path: '/patient/$gpc.getstructuredrecord',
          key: identity.key,
          cert: identity.cert,
          rejectUnauthorized: false,
        },
        (answer) => resolve(String(answer.statusCode)),
      );
      asked.once('error', () => resolve('closed'));
      asked.end();
    });
    assert.match(outcome, /^(closed|495|496)$/);
  });

  test('AUD-01, LOG-13: each request stands in the log, its outcome too, and the log verifies', async () => {
    const layout = layoutOf(england.dataFolder);
    const answer = await proxied(numberOf('rich'));
    await answer.body.text();
    const keys = openKeyStore({
      folder: `${layout.auditKeys}/gateway`,
      origin: 'audit.gpconnect.example/log/gw-01',
      kek: fileKek(`${layout.secrets}/gateway-audit-kek`),
    });
    const reader = new AuditReader({ folder: `${layout.audit}/gateway`, keys });
    const found = await untilFound(async () => {
      const entries = await patientParts(reader);
      const open = entries.findIndex((part) => part.kind === 'open' && part.trace === answer.trace);
      const close = entries.find((part) => part.kind === 'close' && part.open === open);
      return open >= 0 && close ? { open: entries[open], close } : undefined;
    });
    assert.equal(found.open.nhsNumber, numberOf('rich'));
    assert.equal(found.open.organisation.ods, 'RZ901');
    assert.equal(found.close.status, 200);
    const verdict = await verifyLog(`${layout.audit}/gateway`, {
      vkey: formatVkey(keys.signers()[0]!),
      keys,
    });
    assert.ok(verdict.valid, JSON.stringify(verdict));
  });

  test('RTE-17: no log of any service holds an NHS number or a token', () => {
    const layout = layoutOf(england.dataFolder);
    for (const service of ['gateway', 'directory', 'orchard', 'cedar']) {
      const text = readFileSync(`${layout.logs}/${service}.log`, 'utf8');
      assert.ok(!text.includes(numberOf('rich')), service);
      assert.ok(!/Bearer|eyJhbGci/.test(text), service);
    }
  });
}

// biome-ignore lint/suspicious/noExplicitAny: parts are JSON of ten kinds, read here by the members asked for
type Part = any;

async function patientParts(reader: AuditReader): Promise<Part[]> {
  const parts: Part[] = [];
  for (let index = 0; ; index++) {
    try {
      parts.push(JSON.parse(Buffer.from((await reader.readPart(index, 'patient')).bytes).toString()));
    } catch (error) {
      if (error instanceof AuditEntryUnavailableError) return parts;
      throw error;
    }
  }
}
