// `gpc rules print`: where a changed pack begins.
import { nationalRulePackText } from '@gp-connect/foundation/plausibility';
import type { Command } from '../command.ts';

export const print: Command = {
  help: `
gpc rules print: the national rules of this product as JSON, on standard output

Example
  gpc rules print > rules.json
`,
  async run() {
    process.stdout.write(nationalRulePackText());
    return 0;
  },
};
