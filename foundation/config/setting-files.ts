// The files that settings name: keys, certificates, tokens.
import { readFileSync } from 'node:fs';
import { ConfigurationError } from './settings.ts';

/**
 * The texts of files by the setting that names them: `readSettingFiles({ 'tls.key': settings.tls.key })`.
 * @throws ConfigurationError listing every file that cannot be read or is empty
 */
export function readSettingFiles<Name extends string>(
  files: Readonly<Record<Name, string>>,
): Record<Name, string> {
  const faults: string[] = [];
  const texts = {} as Record<Name, string>;
  for (const [name, file] of Object.entries(files) as [Name, string][]) {
    try {
      texts[name] = readFileSync(file, 'utf8');
      if (texts[name].trim() === '') faults.push(`${name}: ${file} is empty`);
    } catch (error) {
      faults.push(`${name}: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  if (faults.length) throw new ConfigurationError(faults);
  return texts;
}
