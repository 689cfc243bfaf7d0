// Every page in a real Chromium: by keyboard, without script, on a small screen, and free of accessibility faults.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, launchBrowser } from '../kit/testing/browser.ts';
import { sendOutcome, sendRecord } from '../kit/testing/national-services.ts';
import { pdsPatient } from '../kit/testing/pds-patient.ts';
import { hartley, madeUpRecord } from './testing/made-up-record.ts';
import { startTestPortal, type TestPortal } from './testing/portal-for-tests.ts';

let world: TestPortal;
let browser: Browser;

before(async () => {
  [world, browser] = await Promise.all([startTestPortal(), launchBrowser()]);
  world.national.record = sendRecord(madeUpRecord());
});
after(async () => {
  await browser?.close();
  await world?.close();
});

async function signedIn(page: Page): Promise<void> {
  await page.goto(world.url);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

async function openRecord(page: Page): Promise<void> {
  await page.goto(`${world.url}/find`);
  await page.getByLabel('NHS number').fill(hartley.nhsNumber);
  await page.getByRole('button', { name: 'Find by NHS number' }).click();
  await page.getByLabel('I am giving direct care').check();
  await page.getByRole('button', { name: 'Open the record' }).click();
}

const parts = [
  'overview',
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
];

describe('the pages in a browser', () => {
  test('from the start page to the record by keyboard alone, without script', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    await page.goto(world.url);
    await press('Tab');
    assert.equal((await page.locator(':focus').textContent())?.trim(), 'Skip to main content');
    await page.getByRole('button', { name: 'Sign in' }).focus();
    await press('Enter');
    await page.waitForURL('**/find');
    await page.getByLabel('NHS number').focus();
    await page.keyboard.type('999 000 0018');
    await press('Enter');
    await page.waitForURL('**/patients/*');
    await page.getByLabel('Medicines and allergies').focus();
    await press('Space', 'Tab', 'Space', 'Tab', 'Enter');
    await page.waitForURL('**/record/overview');
    await page.getByRole('link', { name: 'Medications', exact: true }).focus();
    await press('Enter');
    await page.waitForURL('**/record/medications');
    await page.locator('summary', { hasText: 'Issues (3)' }).focus();
    await press('Enter');
    assert.ok(await page.getByRole('cell', { name: '22 Sep 2025' }).isVisible());
    await context.close();
  });

  test('no page has accessibility faults, asks another host for anything, or is wider than a small screen', async () => {
    // Only the checker needs to get past the policy that lets no script in.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const foreign: string[] = [];
    page.on('request', (request) => {
      const { origin } = new URL(request.url());
      if (origin !== world.url && origin !== world.issuer.url) foreign.push(origin);
    });
    const sound = async (name: string) => {
      assert.deepEqual(await accessibilityFaults(page), [], name);
      await page.setViewportSize({ width: 375, height: 800 });
      const excess = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(excess, 0, `${name} is too wide`);
      assert.deepEqual(await accessibilityFaults(page), [], `${name}, small`);
      await page.setViewportSize({ width: 1280, height: 900 });
    };
    await page.goto(world.url);
    await sound('start');
    await signedIn(page);
    await sound('find');
    await page.getByRole('button', { name: 'Search' }).click();
    await sound('find with faults');
    await page.getByLabel('Last name').fill('Hartley');
    for (const [label, value] of [
      ['Day', '9'],
      ['Month', '5'],
      ['Year', '1984'],
    ] as const)
      await page.getByLabel(label).fill(value);
    await page.getByRole('button', { name: 'Search' }).click();
    await sound('candidates');
    await page.getByRole('button', { name: 'Choose' }).click();
    await sound('permission');
    await page.getByRole('button', { name: 'Open the record' }).click();
    await sound('permission with faults');
    await openRecord(page);
    const base = page.url().replace(/overview$/, '');
    for (const part of parts) {
      await page.goto(base + part);
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      await sound(part);
    }
    world.national.record = sendRecord(madeUpRecord({ ...hartley, family: 'Hartly' }));
    await openRecord(page);
    await sound('differences');
    await page.getByRole('button', { name: 'Show the record' }).click();
    await sound('differences with faults');
    await page.getByLabel('I have seen the differences').check();
    await page.getByRole('button', { name: 'Show the record' }).click();
    await sound('overview with differences');
    world.national.record = sendOutcome(403, 'NO_PATIENT_CONSENT', 'x');
    await openRecord(page);
    await sound('refusal');
    world.national.record = sendRecord(madeUpRecord());
    world.national.patients.set('9990000026', pdsPatient(hartley));
    await page.goto(`${world.url}/find`);
    await page.getByLabel('NHS number').fill('9990000026');
    await page.getByRole('button', { name: 'Find by NHS number' }).click();
    await sound('superseded');
    await page.goto(`${world.url}/nowhere`);
    await sound('not found');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signed-out');
    await sound('signed out');
    await page.goto(`${base}overview`);
    await sound('session over');
    assert.deepEqual(foreign, []);
    await context.close();
  });

  test('an error in the form is reached from its summary', async () => {
    const page = await browser.newPage();
    await signedIn(page);
    await page.getByRole('button', { name: 'Find by NHS number' }).click();
    await page.getByRole('link', { name: 'Enter an NHS number' }).click();
    assert.equal(await page.locator(':focus').getAttribute('id'), 'nhsNumber');
    await page.close();
  });

  test('on paper the record keeps its patient banner and loses menus and buttons', async () => {
    const page = await browser.newPage();
    await signedIn(page);
    await openRecord(page);
    await page.emulateMedia({ media: 'print' });
    assert.ok(await page.locator('.gpc-banner').isVisible());
    for (const gone of ['.gpc-menu', '.nhsuk-header', '.gpc-closing'])
      assert.equal(await page.locator(gone).isVisible(), false, gone);
    await page.close();
  });

  test('the policy of the pages blocks nothing they need', async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    await signedIn(page);
    await openRecord(page);
    for (const part of parts) await page.goto(page.url().replace(/[^/]+$/, part));
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/signed-out');
    assert.deepEqual(complaints, []);
    await page.close();
  });
});
