// The practice pages in a real browser: by keyboard alone, without script, without accessibility faults.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { accessibilityFaults, launchBrowser, pressAccessKey } from '../kit/testing/browser.ts';
import { aDayOfMessages } from './testing/a-day.ts';
import { madeUpItem, type Story } from './testing/made-up-messages.ts';
import { startTestPractice, type TestPractice } from './testing/practice-for-tests.ts';
import { madeUpRecall, usualEntries } from './testing/stand-in-recalls.ts';

let world: TestPractice;
let browser: Browser;

before(async () => {
  [world, browser] = await Promise.all([startTestPractice(), launchBrowser()]);
});
after(async () => {
  await browser?.close();
  await world?.close();
});
beforeEach(() => {
  world.inbox.asked.length = 0;
});

const waiting = (...open: readonly Story[]) => {
  world.inbox.items = open.map((story, at) => madeUpItem(at + 1, story));
};

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** `Alt+x` is the access key x. The press is over when the page it leads to is there. */
async function pressAndGo(page: Page, key: string): Promise<void> {
  const [, letter] = /^Alt\+(.)$/.exec(key) ?? [];
  await Promise.all([
    page.waitForNavigation({ waitUntil: 'load', timeout: 10_000 }),
    letter ? pressAccessKey(page, letter) : page.keyboard.press(key),
  ]);
}

const tabTo = async (page: Page, selector: string): Promise<void> => {
  for (let steps = 0; steps < 40; steps++) {
    await page.keyboard.press('Tab');
    if ((await page.locator(`${selector}:focus`).count()) > 0) return;
  }
  assert.fail(`Tab does not lead to ${selector}`);
};

describe('the practice pages in a browser', () => {
  test('a day’s inbox of 60 messages is worked through without leaving the keyboard, script off', async () => {
    const stories: Story[] = Array.from({ length: 60 }, (_, at) =>
      at % 20 === 3 ? 'high' : at % 20 === 11 ? 'miscoded' : 'clean',
    );
    waiting(...stories);
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(world.url);
    await tabTo(page, 'a[href="/sign-in"]');
    await pressAndGo(page, 'Enter');
    await pressAndGo(page, 'Alt+n');
    for (let left = 60; left > 0; left--) {
      const item = world.inbox.items.find(({ item }) => page.url().endsWith(`/inbox/${item}`));
      assert.ok(item, `a message is open, ${left} left`);
      if (item.acceptAll) await pressAndGo(page, 'Alt+a');
      else {
        await tabTo(page, '#choice-0');
        await press(page, 'Space');
        await tabTo(page, '#choice-1');
        await press(page, 'Space');
        if (item.severity === 'ACTION') {
          await tabTo(page, '#read-1');
          await press(page, 'Space');
          await tabTo(page, '#action-1');
          await page.keyboard.type('I made');
        }
        await pressAndGo(page, 'Alt+s');
      }
    }
    assert.deepEqual(world.inbox.items, []);
    assert.ok(page.url().endsWith('/inbox'));
    assert.equal(world.inbox.bodies('/complete').length, 60);
    assert.equal(world.inbox.bodies('/decisions').length, 6);
    await context.close();
  });

  test('INC-07: recalled entries are settled by keyboard alone, script off', async () => {
    world.inbox.recallEntries = usualEntries();
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${world.url}/sign-in?returnTo=/inbox`);
    await pressAndGo(page, 'Alt+x');
    await tabTo(page, `a[href="/recalls/${madeUpRecall}"]`);
    await pressAndGo(page, 'Enter');
    await tabTo(page, '#entry-0');
    await press(page, 'Space');
    await tabTo(page, '#entry-1');
    await press(page, 'Space');
    await pressAndGo(page, 'Alt+s');
    await tabTo(page, '#decision');
    await press(page, 'Space');
    await tabTo(page, '#reason');
    await page.keyboard.type('asked both patients');
    await tabTo(page, '#confirmed');
    await page.keyboard.type('2');
    await pressAndGo(page, 'Enter');
    assert.ok((await page.locator('.gpc-done').textContent())?.includes('2 entries marked'));
    assert.equal(world.inbox.recallEntries.filter(({ outcome }) => outcome === 'entered-in-error').length, 2);
    world.inbox.recallEntries = usualEntries();
    await context.close();
  });

  test('Enter in a decision files the message; a refusal shows its reason only when it is chosen', async () => {
    waiting('clean', 'miscoded');
    const page = await browser.newPage();
    await page.goto(`${world.url}/sign-in?returnTo=/inbox/2`);
    assert.equal(await page.locator('#refusal-1').isVisible(), false);
    await page.locator('#choice-0').press('Space');
    await page
      .getByRole('group', { name: 'Your decision on Observation: Pregnant' })
      .getByLabel('Refuse')
      .check();
    await page.locator('#refusal-1').selectOption('wrong-code');
    await Promise.all([page.waitForURL('**/inbox/1'), page.locator('#choice-0').press('Enter')]);
    assert.equal(world.inbox.bodies('/items/2/complete').length, 1);
    await page.close();
  });

  test('what is wrong has the focus when the page comes back, and its link leads to the field', async () => {
    waiting('miscoded');
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${world.url}/sign-in?returnTo=/inbox/1`);
    await pressAndGo(page, 'Alt+s');
    assert.equal(await page.locator('.nhsuk-error-summary:focus').count(), 1);
    await press(page, 'Tab', 'Enter', 'Space');
    assert.equal(await page.locator('#choice-0').isChecked(), true);
    await context.close();
  });

  test('a file from outside is shown apart, and nothing in it runs', async () => {
    waiting('document');
    const page = await browser.newPage();
    await page.goto(`${world.url}/sign-in?returnTo=/inbox/1`);
    await page.goto(`${world.url}/inbox/1/files/0/view`);
    assert.equal(await page.locator('h1').textContent(), 'Consultation');
    assert.notEqual(await page.title(), 'run');
    await page.close();
  });

  test('no page has accessibility faults or is wider than a small screen', async () => {
    waiting('clean', 'high', 'miscoded', 'override');
    world.inbox.items.push(
      madeUpItem(6, 'document'),
      madeUpItem(7, 'clash', { may: { review: false, act: false } }),
      madeUpItem(5, 'clean', {
        hiddenFromPatient: true,
        standing: 'died',
        replaces: 1,
        replacedVersion: { ...madeUpItem(1, 'high'), filed: [] },
      }),
    );
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
    await page.goto(world.url);
    await sound('start');
    await page.getByRole('button', { name: 'Sign in' }).click();
    for (const path of [
      '/inbox',
      '/overdue',
      '/inbox/2',
      '/inbox/4',
      '/inbox/5',
      '/inbox/6',
      '/inbox/7',
      '/inbox/3/refuse',
      '/tasks',
      '/notices',
      '/keys',
      '/look-back?search=yes&code=77386006',
      '/look-back?search=yes',
      '/filed/11/quarantine',
      '/filed/11/reads',
      '/patients',
      '/inbox/2/patient',
      '/senders',
      '/rules',
      '/recalls',
      `/recalls/${madeUpRecall}`,
      `/recalls/${madeUpRecall}?show=all`,
      `/recalls/${madeUpRecall}/decide`,
      `/recalls/${madeUpRecall}/decide?entry=entry-001`,
      `/recalls/${madeUpRecall}/decide?entry=entry-001&entry=entry-003`,
      `/recalls/${madeUpRecall}/exposure`,
      '/controls',
      '/controls/care-settings?product=send-document',
      '/controls/change?kind=switch&name=update-record&to=off',
      '/inbox/77',
    ]) {
      await page.goto(world.url + path);
      await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
      await sound(path);
    }
    await page.goto(`${world.url}/inbox/3`);
    await page.getByRole('button', { name: 'File and go' }).last().click();
    await sound('decisions with faults');
    await page.goto(`${world.url}/inbox/2`);
    await page.locator('#choice-0').check();
    await page.locator('#choice-1').locator('xpath=../../..').getByLabel('Amend').check();
    await page.locator('#amend-systolic-1').fill('146');
    await page.locator('#why-1').fill('typing error');
    await page.getByRole('button', { name: 'File and go' }).last().click();
    await page.locator('#checked-1').waitFor();
    await sound('an amendment that was checked');
    await page.goto(`${world.url}/inbox/2/patient`);
    const patient = page.url().replace(/\/reads$/, '');
    for (const place of ['/reads?from=31/31/2026', '/reads?cursor=100', '/quarantine', '/preview']) {
      await page.goto(patient + place);
      await sound(place);
    }
    for (const view of ['Structured record', 'HTML record']) {
      await page.goto(`${patient}/preview`);
      await page.getByLabel(view).check();
      await page.getByRole('button', { name: 'Show it' }).click();
      await sound(view);
    }
    await page.goto(`${patient}/quarantine`);
    await page.getByRole('button', { name: 'Withhold it now' }).click();
    await sound('withholding with faults');
    await page.getByLabel('ODS code').fill('FZZ01');
    await page.getByLabel('Reason').fill('another person');
    await page.getByRole('button', { name: 'Withhold it now' }).click();
    await sound('withheld');
    world.inbox.items = aDayOfMessages(Date.now());
    await page.goto(`${world.url}/inbox`);
    await sound('a whole day');
    world.inbox.items = [];
    for (const path of ['/inbox', '/overdue']) {
      await page.goto(world.url + path);
      await sound(`${path}, empty`);
    }
    await page.goto(`${world.url}/filed/11/quarantine`);
    await page.getByLabel('Reason').fill('misfiled');
    await page.getByRole('button', { name: 'Quarantine it now' }).click();
    await sound('quarantined');
    await context.close();
  });
});
