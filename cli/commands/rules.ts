// `gpc rules`: the plausibility rules as data, changed without a release. spec: messaging SG-10; national-service UPD-06
import { group } from '../command.ts';

export const rules = group(
  `
gpc rules: the plausibility rules GP systems judge messages by; changed without a release (docs/rules.md)`,
  [
    {
      name: 'print',
      summary: 'the national rules of this product as JSON, to begin a change from',
      load: async () => (await import('../rules/print.ts')).print,
    },
    {
      name: 'sign',
      summary: 'a changed pack, signed as its publisher does',
      load: async () => (await import('../rules/sign.ts')).sign,
    },
    {
      name: 'load',
      summary: 'a signed pack into the GP systems',
      load: async () => (await import('../rules/load.ts')).load,
    },
    {
      name: 'list',
      summary: 'the packs GP systems hold, and which is in force',
      load: async () => (await import('../rules/load.ts')).list,
    },
  ],
);
