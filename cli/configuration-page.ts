// docs/configuration.md, written from the schemas that check the settings: `node cli/configuration-page.ts`.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeSettings } from '@gp-connect/foundation/config';
import { directorySettings, gatewayServiceSettings, meshSettings } from '@gp-connect/national';
import { clinicianSettings, pharmacySettings, practiceSettings } from '@gp-connect/portals';
import { providerSettings } from '@gp-connect/provider';
import type { z } from 'zod';

const services: readonly { name: string; title: string; schema: z.ZodObject }[] = [
  { name: 'gateway', title: 'National gateway', schema: gatewayServiceSettings },
  { name: 'directory', title: 'National directory', schema: directorySettings },
  { name: 'mesh', title: 'MESH', schema: meshSettings },
  { name: 'provider', title: 'Provider', schema: providerSettings },
  { name: 'clinician', title: 'Clinician pages', schema: clinicianSettings },
  { name: 'practice', title: 'Practice pages', schema: practiceSettings },
  { name: 'pharmacy', title: 'Pharmacy pages', schema: pharmacySettings },
];

export const configurationPagePath = join(import.meta.dirname, '../docs/configuration.md');

export function configurationPage(): string {
  const sections = services.map(({ name, title, schema }) =>
    [
      `## ${title}`,
      '',
      '| Setting | Environment | Type | Default | What it is |',
      '|---|---|---|---|---|',
      ...describeSettings(schema, `GPC_${name.toUpperCase()}`).map(
        ({ path, variable, type, default: fallback, description }) =>
          `| \`${path}\` | \`${variable}\` | ${type} | ${fallback ? `\`${cell(fallback)}\`` : ''} | ${cell(description)} |`,
      ),
    ].join('\n'),
  );
  return `${[
    '# Configuration',
    '',
    'Each service reads one JSON file (`gpc serve SERVICE --config FILE`); every setting can be overridden by the',
    'environment variable beside it. Settings that are wrong, missing or unknown are all listed at once, and the',
    'service does not start. `npm start` writes such a file for each service into the `settings` folder of its data.',
    '',
    'Lists are given in the environment as `a,b,c`, records as JSON. This page is written from the schemas that check',
    'the settings (`node cli/configuration-page.ts`).',
    '',
    sections.join('\n\n'),
  ].join('\n')}\n`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ');

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(configurationPagePath, configurationPage());
