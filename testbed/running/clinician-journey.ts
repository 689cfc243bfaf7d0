// A clinician signs in, finds patients and reads records, in a real browser, by keyboard and without script.
// spec: access-record-structured §15; foundations §17.7, §20
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessibilityFaults, launchBrowser } from '@gp-connect/portals/testing';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { type NamedKey, namedPatient } from '../england/index.ts';
import type { EnglandUnderTest } from './england-under-test.ts';

export function clinicianJourney(running: () => EnglandUnderTest): void {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let pages: string;

  before(async () => {
    pages = `http://localhost:${running().ports.clinician}`;
    browser = await launchBrowser();
    context = await browser.newContext({ javaScriptEnabled: false });
    page = await context.newPage();
    page.setDefaultTimeout(20_000);
  });
  after(() => browser?.close());

  /** A key that leaves the page, and the page it leads to. */
  async function follow(press: Promise<void>): Promise<void> {
    await Promise.all([page.waitForEvent('domcontentloaded'), press]);
  }
  async function find(key: NamedKey): Promise<void> {
    await page.goto(`${pages}/find`);
    await page
      .getByLabel(/NHS number/)
      .first()
      .fill(namedPatient(key).nhsNumber);
    await follow(page.keyboard.press('Enter'));
  }
  async function openRecord(key: NamedKey): Promise<void> {
    await find(key);
    await page.getByRole('radio', { name: /whole record/i }).check();
    await page.getByRole('checkbox', { name: /direct care/i }).check();
    await follow(page.getByRole('button', { name: /open the record/i }).press('Enter'));
  }
  const text = async () => (await page.locator('main').textContent()) ?? '';

  test('signs in with CIS2 by keyboard alone, without script', async () => {
    await page.goto(`${pages}/sign-in`);
    await page.getByLabel(/Brackenrigg/).focus();
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${pages}/find`);
    assert.match(
      (await page.locator('header').textContent()) ?? '',
      /Dr Orla Brackenrigg, Northmoor Hospital/,
    );
  });

  test('reads every part of a record that came through the gateway', async () => {
    await openRecord('rich');
    assert.match(await text(), /Current medications/);
    const { family } = namedPatient('rich');
    assert.match((await page.locator('body').textContent()) ?? '', new RegExp(family.toUpperCase()));
    const base = page.url().replace(/overview$/, '');
    for (const part of [
      'timeline',
      'trends',
      'medications',
      'allergies',
      'problems',
      'consultations',
      'immunisations',
      'investigations',
      'referrals',
      'diary',
      'uncategorised',
      'documents',
      'missing',
    ]) {
      const answer = await page.goto(base + part);
      assert.equal(answer?.status(), 200, part);
    }
  });

  test('HZ-02: withheld items are said to be missing, and the words "none" do not appear for them', async () => {
    await openRecord('confidential');
    assert.match(await text(), /not shown/i);
    await page.goto(page.url().replace(/overview$/, 'missing'));
    assert.match(await text(), /confidentiality and\/or patient preferences/);
    assert.ok(!(await page.content()).includes('CONFIDENTIAL-TEXT'));
  });

  test('HZ-05: a difference between PDS and the practice must be acknowledged before the record shows', async () => {
    await openRecord('name-changed');
    const shown = await text();
    assert.match(shown, /differ/i);
    assert.ok(!/Current medications/.test(shown), 'no record yet');
    await page
      .getByRole('checkbox')
      .first()
      .check()
      .catch(() => undefined);
    await follow(
      page
        .getByRole('button', { name: /(continue|same|right|show)/i })
        .first()
        .press('Enter'),
    );
    assert.match(await text(), /Current medications/);
  });

  const explained: [NamedKey, RegExp][] = [
    ['opted-out', /(opted out|not.*shar)/i],
    ['restricted', /restricted/i],
    ['deceased', /died/i],
    ['no-practice', /no (GP )?practice|not registered/i],
  ];
  for (const [key, words] of explained) {
    test(`${key} is explained in words a clinician can act on`, async () => {
      await find(key);
      if (await page.getByRole('button', { name: /open the record/i }).count()) await openRecord(key);
      assert.match(await text(), words);
    });
  }

  test('a patient is found by name and birth date', async () => {
    const { family } = namedPatient('rich-cedar');
    const caller = running().caller();
    const traced = await caller.directory.trace(
      namedPatient('rich-cedar').nhsNumber,
      await caller.accessToken(),
    );
    const [year, month, day] = traced!.patient.birthDate!.split('-');
    await page.goto(`${pages}/find`);
    await page.getByLabel(/family name|last name/i).fill(family);
    await page.getByLabel('Day').fill(day!);
    await page.getByLabel('Month').fill(month!);
    await page.getByLabel('Year').fill(year!);
    await follow(page.keyboard.press('Enter'));
    assert.match(await text(), new RegExp(family, 'i'));
  });

  test('no page of the journey has an accessibility fault that axe-core can find', async () => {
    const scripted = await browser.newContext({
      storageState: await context.storageState(),
      bypassCSP: true,
    });
    const looked = await scripted.newPage();
    await looked.goto(`${pages}/find`);
    const faults = [...(await accessibilityFaults(looked))];
    await openRecord('rich');
    const base = page.url().replace(/overview$/, '');
    for (const part of [
      'overview',
      'timeline',
      'trends',
      'medications',
      'problems',
      'consultations',
      'investigations',
    ]) {
      await looked.goto(base + part);
      faults.push(...(await accessibilityFaults(looked)).map((fault) => `${part}: ${fault}`));
    }
    await scripted.close();
    assert.deepEqual(faults, []);
  });
}
