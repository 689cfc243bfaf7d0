// The pharmacy pages in a real browser: by keyboard alone, without script, without accessibility faults.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, launchBrowser, pressAccessKey } from '../kit/testing/browser.ts';
import { consultation, heron, startTestPharmacy, type TestPharmacy } from './testing/pharmacy-for-tests.ts';

let world: TestPharmacy;
let browser: Browser;

before(async () => {
  [world, browser] = await Promise.all([startTestPharmacy(), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  await world?.close();
});

async function tabTo(page: Page, selector: string): Promise<void> {
  for (let steps = 0; steps < 60; steps++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
  }
  assert.fail(`Tab does not lead to ${selector}`);
}

const go = (page: Page, press: () => Promise<void>) =>
  Promise.all([page.waitForNavigation({ waitUntil: 'load', timeout: 15_000 }), press()]);

describe('the pharmacy pages in a browser', () => {
  test('a consultation is written up, checked, sent and followed by keyboard alone, script off', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const enter = () => page.keyboard.press('Enter');
    const type = async (selector: string, text: string) => {
      await tabTo(page, selector);
      await page.keyboard.type(text);
    };
    await page.goto(world.url);
    await tabTo(page, 'a[href="/sign-in"]');
    await go(page, enter);
    await type('#nhsNumber', heron.nhsNumber);
    await go(page, enter);
    await tabTo(page, '#service');
    await page.keyboard.press('Space');
    await type('#gphc', '2123456');
    await type('#role', 'Pharmacist');
    await type('#complaint', 'Infected');
    await type('#summary', consultation().summary!);
    await tabTo(page, '#pregnancy');
    await page.keyboard.press('ArrowDown');
    await type('#systolic', '124');
    await type('#diastolic', '78');
    await go(page, () => pressAccessKey(page, 's'));
    assert.equal((await page.locator('h1').textContent())?.trim(), 'Check and send');
    await tabTo(page, '#pregnancy');
    await page.keyboard.press('Space');
    for (let at = 0; at < (await page.locator('input[name="confirmed"]').count()); at++) {
      await tabTo(page, `#confirmed-${at}`);
      await page.keyboard.press('Space');
    }
    await go(page, () => pressAccessKey(page, 's'));
    assert.match(page.url(), /\/messages\/[0-9a-f-]{36}$/);
    world.mailbox.answer('20013');
    world.mailbox.answer('30001');
    await world.portal.round();
    await go(page, () => pressAccessKey(page, 's'));
    assert.equal((await page.locator('.nhsuk-tag').textContent())?.trim(), 'Accepted');
    await tabTo(page, 'form[action$="/replace"] button');
    await go(page, enter);
    assert.ok((await page.locator('.nhsuk-inset-text').textContent())?.includes('This replaces'));
    assert.equal(await page.locator('#summary').inputValue(), consultation().summary);
    await context.close();
  });

  test('INC-09: a recalled message is answered by keyboard alone, script off', async () => {
    world.mailbox.notify('R-0', [{ messageId: 'by-keyboard', outcome: 'check' }]);
    await world.portal.round();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${world.url}/sign-in?returnTo=/recalls`);
    await page.goto(`${world.url}/recalls`);
    await tabTo(page, 'tbody a');
    await go(page, () => page.keyboard.press('Enter'));
    await tabTo(page, '#answer');
    await page.keyboard.press('Space');
    await page.keyboard.press('ArrowDown');
    await tabTo(page, '#code');
    await page.keyboard.type('60001007');
    await tabTo(page, '#term');
    await page.keyboard.type('Not pregnant');
    await go(page, () => pressAccessKey(page, 's'));
    assert.ok((await page.locator('tbody tr').first().textContent())?.includes('Meant: Not pregnant'));
    await context.close();
  });

  test('no page has accessibility faults or is wider than a small screen', async () => {
    // Only the checker needs to get past the policy that lets no script in.
    const context = await browser.newContext({ bypassCSP: true });
    const page = await context.newPage();
    const sound = async (name: string) => {
      assert.deepEqual(await accessibilityFaults(page), [], name);
      await page.setViewportSize({ width: 375, height: 800 });
      const excess = await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      );
      assert.equal(excess, 0, `${name} is too wide`);
      await page.setViewportSize({ width: 1280, height: 900 });
    };
    const check = () => page.getByRole('button', { name: 'Check before sending' }).click();
    await page.goto(world.url);
    await sound('start');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await sound('find');
    await page.getByLabel('NHS number').fill(heron.nhsNumber);
    await page.getByRole('button', { name: 'Find by NHS number' }).click();
    await sound('consultation');
    await check();
    await sound('consultation with faults');
    const { service, role, complaint, pregnancy, ...typed } = consultation();
    for (const [name, value] of Object.entries({ ...typed, systolic: '60', diastolic: '90' }))
      await page.locator(`#${name}`).fill(value);
    await page.locator(`input[value="${service}"]`).check();
    await page.locator(`input[value="${pregnancy}"]`).check();
    await page.locator('#role').selectOption(role!);
    await page.locator('#complaint').selectOption(complaint!);
    await check();
    await sound('consultation stopped');
    await page.locator('#systolic').fill('186');
    await page.locator('#diastolic').fill('122');
    await check();
    await sound('check');
    await page.getByRole('button', { name: 'Send to the practice' }).click();
    await sound('check with faults');
    for (const box of await page.locator('input[type="checkbox"]').all()) await box.check();
    await page.getByRole('button', { name: 'Send to the practice' }).click();
    await page.waitForURL('**/messages/*');
    world.mailbox.answer('20010');
    await world.portal.round();
    await page.reload();
    await sound('message that failed');
    await page.goto(`${world.url}/messages`);
    await sound('messages');
    const sent = (await page.locator('a[href^="/messages/"]').first().getAttribute('href'))!.slice(10);
    world.mailbox.notify('R-1', [
      { messageId: sent, outcome: 'check' },
      { messageId: 'elsewhere', outcome: 'corrected' },
    ]);
    await world.portal.round();
    await page.goto(`${world.url}/recalls`);
    await sound('recalled messages');
    await page.getByRole('link', { name: 'HERON' }).click();
    await sound('a recalled message');
    await page.getByLabel('It is wrong').check();
    await page.getByLabel('SNOMED CT code').fill('1');
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await sound('an answer with faults');
    await page.getByLabel('I cannot tell').check();
    await page.getByRole('button', { name: 'Send the answer' }).click();
    await page.getByRole('link', { name: 'HERON' }).click();
    await sound('a message that was answered');
    await page.goto(`${world.url}/recalls`);
    await page.getByRole('row', { name: 'Settled' }).getByRole('link').click();
    await sound('a message that was settled');
    await page.goto(`${world.url}/messages/${sent}`);
    await page.getByRole('button', { name: 'Correct and send again' }).click();
    await sound('consultation sent again');
    await context.close();
  });
});
