// The sign-in page in a real browser, without script: choose a person with the keyboard, and no accessibility faults.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createSignIn, staffIdentity } from '@gp-connect/foundation/trust';
import bundled from '@sparticuz/chromium';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type IdentityProvider, type Persona, staffScopes, startIdentityProvider } from './index.ts';

const persona = (id: string, given: string): Persona => ({
  id,
  uuid: `55501111${id.length}22${id.length}`,
  name: { family: 'Larkspur', given },
  roleProfileId: '555033334444',
  roleCode: 'R8000',
  roleName: 'Clinical Practitioner',
  organisation: { ods: 'RZ901', name: 'Northmoor Hospital' },
  about: 'Sees patients in the emergency department.',
});

let folder: string;
let provider: IdentityProvider;
let browser: Browser;
const portal = createServer((_request, response) => response.end('back at the portal'));
let redirectUri: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'identity-page-'));
  await new Promise<void>((resolve) => portal.listen(0, '127.0.0.1', resolve));
  redirectUri = `http://127.0.0.1:${(portal.address() as AddressInfo).port}/callback`;
  provider = await startIdentityProvider({
    port: 0,
    folder,
    personas: [persona('ines', 'Ines'), persona('edmund', 'Edmund')],
    clients: [
      {
        clientId: 'portal',
        clientSecret: 'a-secret-for-the-page-test',
        name: 'Clinician portal',
        redirectUris: [redirectUri],
      },
    ],
  });
  const installed = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
    (path) => existsSync(path),
  );
  browser = await chromium.launch({
    executablePath: installed ?? (await bundled.executablePath()),
    args: ['--no-sandbox', '--disable-gpu'],
  });
});

after(async () => {
  await browser.close();
  portal.close();
  await provider.close();
  await rm(folder, { recursive: true, force: true });
});

const signIn = () =>
  createSignIn({
    issuer: provider.issuer,
    clientId: 'portal',
    clientSecret: 'a-secret-for-the-page-test',
    redirectUri,
    scopes: staffScopes,
    identity: staffIdentity,
  });

const axe = () => readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The rules of WCAG 2.2 AA that the page breaks. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await axe());
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string }[] }> };
    };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    return (await axe.run({ runOnly: tags })).violations.map(({ id }) => id);
  });
}

describe('the sign-in page in a browser', () => {
  test('works with the keyboard and without script, and leads back to the portal', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    const { url, sealed } = await signIn().begin();
    await page.goto(url);
    await page.keyboard.press('Tab');
    assert.equal(await page.locator(':focus').textContent(), 'Skip to main content');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${redirectUri}?**`);
    const { identity } = await signIn().complete(page.url(), sealed);
    assert.equal(identity.displayName, 'Edmund Larkspur');
    await context.close();
  });

  test('the page and its error have no accessibility faults', async () => {
    const page = await browser.newPage({ bypassCSP: true });
    const { url } = await signIn().begin();
    await page.goto(url);
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('link', { name: 'Select who to sign in as' }).click();
    assert.equal(await page.locator(':focus').getAttribute('id'), 'persona-1');
    assert.deepEqual(await accessibilityFaults(page), []);
    await page.close();
  });
});
