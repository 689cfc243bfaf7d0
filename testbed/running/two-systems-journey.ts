// The practice pages serve every practice of both GP systems, and each its own only.
// spec: messaging SG-03; national-service §13
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { structuredParameters } from '@gp-connect/consumer';
import { launchBrowser } from '@gp-connect/portals/testing';
import type { Browser, Page } from 'playwright-core';
import { namedPatient } from '../england/index.ts';
import type { EnglandUnderTest } from './england-under-test.ts';
import { planFrom } from './plan.ts';
import { mainText, sendBloodPressure, signedInPage, untilShown } from './staff-pages-under-test.ts';

const fromPharmacy = /Cornmill Pharmacy/;
const orchardPractice = 'A83901';

export function twoSystemsJourney(running: () => EnglandUnderTest): void {
  let browser: Browser;
  let cedar: Page;
  let orchard: Page;
  const practicePages = () => `http://localhost:${running().ports.practice}`;
  before(async () => {
    browser = await launchBrowser();
    orchard = await signedInPage(browser, practicePages(), 'Calderwood');
    cedar = await signedInPage(browser, practicePages(), 'Applegarth');
  });
  after(() => browser?.close());

  const tokenOf = async (persona: string): Promise<string> => {
    const answer = await fetch(`http://localhost:${running().ports.identity}/demonstration/token`, {
      method: 'POST',
      body: new URLSearchParams({ persona }),
    });
    return ((await answer.json()) as { access_token: string }).access_token;
  };
  const inboxOf = async (system: 'orchard' | 'cedar', ods: string, persona: string) => {
    const answer = await fetch(
      `http://127.0.0.1:${running().ports[`${system}Inbox`]}/practice/v1/${ods}/inbox`,
      { headers: { authorization: `Bearer ${await tokenOf(persona)}` } },
    );
    return { status: answer.status, body: (await answer.json()) as unknown };
  };

  test('a message for a patient of a Cedar practice waits there, and at no practice of Orchard', async () => {
    const pharmacy = await signedInPage(browser, `http://localhost:${running().ports.pharmacy}`, 'Hazelrigg');
    await sendBloodPressure(pharmacy, namedPatient('rich-cedar').nhsNumber);
    await untilShown(cedar, fromPharmacy);
    assert.match(await mainText(cedar), /Old Station Medical Centre/);
    await orchard.reload();
    assert.doesNotMatch(await mainText(orchard), fromPharmacy);
    assert.match(await mainText(orchard), /Mill Lane Medical Centre/);
  });

  test('SG-03: its reviewer decides on it, with the record of the other GP system beside it', async () => {
    await cedar.goto(`${practicePages()}/inbox/next`);
    assert.match(await mainText(cedar), /131/);
    assert.match((await cedar.locator('.gpc-banner').textContent()) ?? '', /OAKENSHAW/);
    const item = new URL(cedar.url()).pathname;
    // The same address opens nothing of that message for a practice of the other system.
    const elsewhere = await orchard.goto(practicePages() + item);
    assert.doesNotMatch((await elsewhere?.text()) ?? '', /OAKENSHAW/i);
  });

  test('UPD-09: what was written down wrong is amended, seen as it will be filed, and filed with who changed it', async () => {
    await cedar.goto(`${practicePages()}/inbox/next`);
    for (const accept of await cedar.locator('input[value="accept"]').all()) await accept.check();
    await cedar.locator('input[value="amend"]').first().check();
    await cedar.locator('[id^="amend-systolic"]').first().fill('128');
    await cedar.locator('[id^="why-"]').first().fill('typing error, the pharmacy confirmed it');
    for (const box of await cedar.locator('input[type="checkbox"]').all())
      if (await box.isVisible()) await box.check();
    await cedar.getByRole('button', { name: /^File/ }).last().press('Enter');
    assert.match((await cedar.locator('.gpc-amended').textContent()) ?? '', /128 mmHg/);
    await cedar.getByRole('button', { name: /^File/ }).last().press('Enter');
    await cedar.waitForURL(/\/inbox$/);
    const caller = running().caller();
    const answer = await caller.byPatient({
      operation: '$gpc.getstructuredrecord',
      body: structuredParameters({ nhsNumber: namedPatient('rich-cedar').nhsNumber }),
    });
    const record = await answer.body.text();
    assert.match(record, /"value":128[^0-9]/);
    assert.match(record, /Recorded by another organisation: Cornmill Pharmacy/);
  });

  test('DCC-06, DCC-08: the practice sees who has read the record since, and the record as they receive it', async () => {
    await cedar.goto(`${practicePages()}/patients`);
    await cedar.getByLabel('NHS number').fill(namedPatient('rich-cedar').nhsNumber);
    await cedar.getByRole('button', { name: 'Continue' }).press('Enter');
    await cedar.waitForURL(/\/reads$/);
    assert.doesNotMatch(cedar.url(), /\d{10}/);
    await untilShown(cedar, /Northmoor Hospital[\s\S]*Dr Orla Brackenrigg[\s\S]*Direct care/);
    await cedar.getByRole('link', { name: 'As others receive it' }).press('Enter');
    await cedar.getByRole('button', { name: 'Show it' }).press('Enter');
    assert.match(await mainText(cedar), /Resources by type[\s\S]*AllergyIntolerance/);
    await cedar.goto(`${practicePages()}/rules`);
    assert.match(await mainText(cedar), /In force:[\s\S]*Every rule \(\d+\)/);
  });

  test('a practice that is not the user’s own is refused at its GP system, hosted there or not', async () => {
    const own = await inboxOf('cedar', 'A83904', 'gp-cedar');
    assert.equal(own.status, 200);
    const other = planFrom(running().england.choices).england.practices.filter(
      ({ ods, supplier }) => supplier === 'cedar' && ods !== 'A83904',
    );
    const answers = await Promise.all([
      inboxOf('orchard', orchardPractice, 'gp-cedar'),
      inboxOf('cedar', other[0]!.ods, 'gp-cedar'),
      inboxOf('cedar', 'A83904', 'gp'),
    ]);
    for (const { status, body } of answers) {
      assert.equal(status, 404);
      assert.match(JSON.stringify(body), /no such practice for you/);
    }
  });

  test('somebody who works for no practice is told so, and sees nothing', async () => {
    const doctor = await signedInPage(browser, practicePages(), 'Brackenrigg');
    assert.match(await mainText(doctor), /There is no practice inbox for your organisation here/);
    for (const path of ['/inbox/1', '/controls', '/tasks']) {
      const answer = await doctor.goto(practicePages() + path);
      assert.equal(answer?.status(), 403, path);
    }
  });
}
