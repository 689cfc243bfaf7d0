// The pages of a running England as a test uses them: by keyboard, script off.
import assert from 'node:assert/strict';
import type { Browser, Page } from 'playwright-core';

/** Signed in as the persona of that family name, in a browser context of its own: close that when done. */
export async function signedInPage(browser: Browser, pages: string, family: string): Promise<Page> {
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

export const mainText = async (page: Page): Promise<string> =>
  (await page.locator('main').textContent()) ?? '';

/** Reloads a page until its words are there. */
export async function untilShown(page: Page, words: RegExp): Promise<void> {
  for (let attempt = 0; attempt < 120; attempt++) {
    if (words.test(await mainText(page))) return;
    await new Promise((resolve) => setTimeout(resolve, 500));
    await page.reload();
  }
  assert.fail(`${words} did not come: ${(await mainText(page)).slice(0, 1000)}`);
}

/** Writes up a blood pressure check on the pharmacy pages, sends it, and waits until MESH has taken it. */
export async function sendBloodPressure(page: Page, nhsNumber: string): Promise<void> {
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
  await untilShown(page, /Accepted/);
}
