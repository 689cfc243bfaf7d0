// For tests: public FHIR samples and definitions, kept beside the checkout and not part of it.
// Where they are not, the tests that read them say that they were skipped.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.env.GPC_SHARED_FILES ?? fileURLToPath(new URL('../../../shared', import.meta.url));

export type SharedFile = { name: string; content: Buffer };

/** Why a test that needs a part of the shared files is skipped, or false if it can run. */
export function skipWithout(part: string): string | false {
  return existsSync(join(folder, part)) ? false : `the shared folder ${part} is not here`;
}

/** The files that match a pattern (`samples/messages/*.xml`), by name. */
export function sharedFiles(pattern: string): SharedFile[] {
  return globSync(pattern, { cwd: folder })
    .sort()
    .map((name) => ({ name, content: readFileSync(join(folder, name)) }));
}
