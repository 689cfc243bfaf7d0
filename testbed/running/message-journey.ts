// A pharmacist sends a consultation on the pharmacy pages, the practice's clinician accepts it on theirs, and a hospital
// then reads it: through MESH, inbox and gateway of the running England. spec: design §3.2; messaging SG-01, SG-05
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { structuredParameters } from '@gp-connect/consumer';
import { AuditReader, fileKek, formatVkey, openKeyStore, verifyLog } from '@gp-connect/foundation/audit';
import { launchBrowser } from '@gp-connect/portals/testing';
import type { Browser } from 'playwright-core';
import { namedPatient } from '../england/index.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import { layoutOf } from './layout.ts';
import { planFrom } from './plan.ts';
import { meshAuditFile } from './service-settings.ts';
import { sendBloodPressure, signedInPage, untilShown } from './staff-pages-under-test.ts';

const fromPharmacy = /Recorded by another organisation: Cornmill Pharmacy/;
const { nhsNumber } = namedPatient('rich');

export function messageJourney(running: () => EnglandUnderTest): void {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  const openPages = (port: number, family: string) =>
    signedInPage(browser, `http://localhost:${port}`, family);
  async function recorded(): Promise<string> {
    const caller = running().caller();
    const answer = await caller.byPatient({
      operation: '$gpc.getstructuredrecord',
      body: structuredParameters({ nhsNumber }),
    });
    assert.equal(answer.status, 200);
    return answer.body.text();
  }

  test('a pharmacist writes a consultation up, checks it and sends it', async () => {
    const page = await openPages(running().ports.pharmacy, 'Hazelrigg');
    await sendBloodPressure(page, nhsNumber);
    await page.context().close();
  });

  test('SG-01, SG-05: the practice accepts it on its pages; only then does a hospital read it, with its source', async () => {
    const before = await recorded();
    assert.ok(!fromPharmacy.test(before), 'nothing before review');
    assert.ok(before.includes('data-awaiting-filing'), 'but that something waits');
    const page = await openPages(running().ports.practice, 'Calderwood');
    await untilShown(page, /Cornmill Pharmacy/);
    await page.goto(`http://localhost:${running().ports.practice}/inbox/next`);
    for (const accept of await page.locator('input[type="radio"][value="accept"]').all())
      await accept.check();
    for (const box of await page.locator('input[type="checkbox"]').all()) await box.check();
    await page.getByRole('button', { name: /^File/ }).last().press('Enter');
    await page.waitForURL(/\/inbox$/);
    assert.ok(fromPharmacy.test(await recorded()));
    await page.context().close();
  });

  test('AUD-01: each step of the message and of its answers stands in MESH’s own log, and the log verifies', async () => {
    const { folder, keyFolder, kekFile, origin } = meshAuditFile(planFrom(running().england.choices));
    const keys = openKeyStore({ folder: keyFolder, origin, kek: fileKek(kekFile) });
    const reader = new AuditReader({ folder, keys });
    const seen = await untilFound(async () => {
      const verdict = await verifyLog(folder, { vkey: formatVkey(keys.signers()[0]!), keys });
      assert.ok(verdict.valid, JSON.stringify(verdict));
      const workflows = new Set<string>();
      for (let index = 0; index < verdict.checkpoint.size; index++) {
        const part = JSON.parse(Buffer.from((await reader.readPart(index, 'patient')).bytes).toString());
        if (part.kind === 'message') workflows.add(part.workflow);
      }
      return workflows.size > 1 ? [...workflows].sort() : undefined;
    });
    assert.deepEqual(seen, ['GPCONNECT_UPDATE_RECORD', 'GPCONNECT_UPDATE_RECORD_ACK']);
  });

  test('RTE-17: no log of the services on the way holds the NHS number', () => {
    const { logs } = layoutOf(running().dataFolder);
    for (const service of ['directory', 'orchard', 'cedar', 'pages']) {
      assert.ok(!readFileSync(`${logs}/${service}.log`, 'utf8').includes(nhsNumber), service);
    }
  });
}
