// Loading that happens once for a data folder; a load that was cut short is done again from its beginning.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.ts';

export async function firstTime(layout: Layout, name: string, load: () => Promise<unknown>): Promise<void> {
  const marks = join(layout.root, 'loaded');
  const mark = join(marks, name);
  if (existsSync(mark)) return;
  await load();
  mkdirSync(marks, { recursive: true });
  writeFileSync(mark, `${new Date().toISOString()}\n`);
}
