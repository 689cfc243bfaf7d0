// For tests of pages: a real Chromium, and the accessibility rules a page breaks. Never part of a running portal.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import bundled from '@sparticuz/chromium';
import { type Browser, chromium, type Page } from 'playwright-core';

const INSTALLED = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's Chromium where there is one, else the one inside the npm package. Close it when done. */
export async function launchBrowser(): Promise<Browser> {
  const installed = INSTALLED.find((path) => existsSync(path));
  return chromium.launch({
    executablePath: installed ?? (await bundled.executablePath()),
    args: ['--no-sandbox', '--disable-gpu'],
  });
}

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe-core finds against WCAG 2.2 AA and its best practice: `rule: first element`. The page's context
 * needs `bypassCSP`, for our pages let no script in.
 */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  return page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await axe.run({ runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 160)}`);
  }, TAGS);
}

/**
 * Presses Alt and a letter as a person does. The ordinary way of pressing keys in tests leaves out what the letter is
 * without Alt, by which the browser finds the access key.
 */
export async function pressAccessKey(page: Page, letter: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const key = {
    modifiers: 1,
    key: letter,
    code: `Key${letter.toUpperCase()}`,
    windowsVirtualKeyCode: letter.toUpperCase().charCodeAt(0),
    unmodifiedText: letter,
  };
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyDown', ...key });
  await devtools.send('Input.dispatchKeyEvent', { type: 'keyUp', ...key }).catch(() => {});
  await devtools.detach().catch(() => {});
}
