// An empty embedded database made once and copied: 0.2 s a copy instead of 2 to 4 s of setting one up.
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

/** Makes the template where there is none; two processes may do so at once. */
export async function makeEmbeddedTemplate(template: string): Promise<void> {
  if (existsSync(template)) return;
  mkdirSync(dirname(template), { recursive: true });
  const making = mkdtempSync(`${template}-`);
  const pglite = await PGlite.create(join(making, 'pgdata'));
  await pglite.close();
  try {
    renameSync(making, template);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    rmSync(making, { recursive: true, force: true }); // another process was first
  }
}

/** Copies the template to the folder an `embedded:{folder}` address names, unless a database is there already. */
export function copyEmbeddedTemplate(template: string, folder: string): void {
  if (existsSync(join(folder, 'pgdata'))) return;
  // Aside first: a copy that was cut short must not be taken for a database.
  const aside = `${folder}.copy`;
  rmSync(aside, { recursive: true, force: true });
  cpSync(template, aside, { recursive: true });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  renameSync(join(aside, 'pgdata'), join(folder, 'pgdata'));
  rmSync(aside, { recursive: true, force: true });
}
