// A pharmacist sends a consultation on the pharmacy pages, the practice's clinician accepts it on theirs, and a hospital
// then reads it: through MESH, inbox and gateway of the running England. spec: design §3.2; messaging SG-01, SG-05
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { structuredParameters } from '@gp-connect/consumer';
import { AuditReader, fileKek, formatVkey, openKeyStore, verifyLog } from '@gp-connect/foundation/audit';
import { launchBrowser } from '@gp-connect/portals/testing';
import type { Browser, Page } from 'playwright-core';
import { namedPatient } from '../england/index.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import { layoutOf } from './layout.ts';
import { planFrom } from './plan.ts';
import { meshAuditFile } from './service-settings.ts';

const fromPharmacy = /Recorded by another organisation: Cornmill Pharmacy/;
const { nhsNumber } = namedPatient('rich');

export function messageJourney(running: () => EnglandUnderTest): void {
  let browser: Browser;
  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser?.close());

  async function signedIn(pages: string, family: string): Promise<Page> {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.goto(`${pages}/sign-in`);
    await page.getByLabel(new RegExp(family)).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(`^${pages}/(find|inbox)`));
    return page;
  }
  const text = async (page: Page): Promise<string> => (await page.locator('main').textContent()) ?? '';
  /** Reloads a page until its words are there. */
  async function until(page: Page, words: RegExp): Promise<void> {
    for (let attempt = 0; attempt < 120; attempt++) {
      if (words.test(await text(page))) return;
      await new Promise((resolve) => setTimeout(resolve, 500));
      await page.reload();
    }
    assert.fail(`${words} did not come: ${(await text(page)).slice(0, 1000)}`);
  }
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
    const page = await signedIn(`http://localhost:${running().ports.pharmacy}`, 'Hazelrigg');
    await page.getByLabel('NHS number').fill(nhsNumber);
    await page.getByRole('button', { name: 'Find by NHS number' }).press('Enter');
    await page.locator('input[name="service"]').first().check();
    await page.locator('#gphc').fill('2123456');
    await page.locator('#role').selectOption({ label: 'Pharmacist' });
    await page.locator('#summary').fill('Blood pressure measured at the request of the patient.');
    await page.locator('input[name="pregnancy"]').first().check();
    await page.locator('#systolic').fill('131');
    await page.locator('#diastolic').fill('83');
    await page.getByRole('button', { name: 'Check before sending' }).press('Enter');
    await page.getByRole('button', { name: 'Send to the practice' }).waitFor();
    for (const box of await page.locator('input[type="checkbox"]').all()) await box.check();
    await page.getByRole('button', { name: 'Send to the practice' }).press('Enter');
    await page.waitForURL(/\/messages\/[0-9a-f-]{36}$/);
    await until(page, /Accepted/);
    await page.context().close();
  });

  test('SG-01, SG-05: the practice accepts it on its pages; only then does a hospital read it, with its source', async () => {
    const before = await recorded();
    assert.ok(!fromPharmacy.test(before), 'nothing before review');
    assert.ok(before.includes('data-awaiting-filing'), 'but that something waits');
    const page = await signedIn(`http://localhost:${running().ports.practice}`, 'Calderwood');
    await until(page, /Cornmill Pharmacy/);
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
