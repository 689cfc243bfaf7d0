// `gpc inbox switches`, `switch`, `sender`: what a practice takes in, and from whom. spec: messaging §6.5; SG-09
import { parseArgs } from 'node:util';
import { needed, oneOf, printJson } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { practiceHelp, practiceOptions, withInbox } from './practice.ts';

export const switches: Command = {
  help: `
gpc inbox switches: what the practice takes in, who is blocked, what is not filed, and who changed it why
${practiceHelp}
`,
  async run(args) {
    const { values } = parseArgs({ args, options: practiceOptions });
    const found = await withInbox(values, (inbox) => inbox.controls());
    if (values.json) printJson(found);
    else
      console.log(
        [
          ...Object.entries(found.switches).map(([name, on]) => `  ${on ? 'on ' : 'off'}  ${name}`),
          ...found.blockedSenders.map(({ sender, reason }) => `  blocked sender ${sender}: ${reason}`),
          ...found.stops.map(({ kind, value, reason }) => `  not filed: ${kind} ${value}: ${reason}`),
        ].join('\n'),
      );
    return exitCode.done;
  },
};

export const switchCommand: Command = {
  help: `
gpc inbox switch on|off --service NAME --reason WHY: what the practice takes in

  --service NAME     as "gpc inbox switches" names it
  --reason WHY       kept with the change
${practiceHelp}

Senders of what is switched off are told so (20010) and reach the practice another way.

Example
  gpc inbox switch off --service send-document --reason "moving systems" --as practice-manager
`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...practiceOptions, service: { type: 'string' }, reason: { type: 'string' } },
    });
    const [word = '', ...more] = positionals;
    const on = oneOf(word, ['on', 'off'] as const, 'the first word after "switch"') === 'on';
    if (more.length > 0) throw new CommandError('give on or off, and the rest as options', exitCode.usage);
    const name = needed(values.service, '--service NAME');
    const reason = needed(values.reason, '--reason WHY');
    await withInbox(values, async (inbox) => {
      const { switches: known } = await inbox.controls();
      oneOf(name, Object.keys(known), '--service');
      await inbox.setControl({ kind: 'switch', name }, on, reason);
    });
    if (values.json) printJson({ service: name, on });
    else console.log(`${name} is ${on ? 'on' : 'off'}.`);
    return exitCode.done;
  },
};

export const sender: Command = {
  help: `
gpc inbox sender block|unblock ODS --reason WHY: whether an organisation's messages are taken
${practiceHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...practiceOptions, reason: { type: 'string' } },
    });
    const [word = '', ods = '', ...more] = positionals;
    const blocked = oneOf(word, ['block', 'unblock'] as const, 'the first word after "sender"') === 'block';
    if (!/^[A-Za-z0-9]{3,10}$/.test(ods) || more.length > 0)
      throw new CommandError('give the ODS code of one sender', exitCode.usage);
    const reason = needed(values.reason, '--reason WHY');
    const name = ods.toUpperCase();
    await withInbox(values, (inbox) => inbox.setControl({ kind: 'sender', name }, blocked, reason));
    if (values.json) printJson({ sender: name, blocked });
    else console.log(`${name} is ${blocked ? 'blocked' : 'taken again'}.`);
    return exitCode.done;
  },
};
