// `gpc inbox list`, `show`, `attachment`, `accept`, `refuse`: the review of what came in. spec: messaging §10.1
import { parseArgs } from 'node:util';
import { choices, type InboxApi, type OpenItem, refusalReasons } from '@gp-connect/portals/practice-inbox';
import { needed, oneOf, printJson } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { decisionOptions, decisionsFor, typedDecisions } from './decisions.ts';
import { numberOf, practiceHelp, practiceOptions, withInbox } from './practice.ts';
import { printItem, printList } from './print-item.ts';
import { writePrivately } from './write-privately.ts';

const reasons = refusalReasons.map(([key]) => key);

export const list: Command = {
  help: `
gpc inbox list: what waits for review, most pressing first

  --overdue          only what should have been reviewed
${practiceHelp}
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { ...practiceOptions, overdue: { type: 'boolean', default: false } },
    });
    const items = await withInbox(values, (inbox) => inbox.list({ overdue: values.overdue }));
    if (values.json) printJson(items);
    else console.log(printList(items));
    return exitCode.done;
  },
};

export const show: Command = {
  help: `
gpc inbox show ITEM: a message with what the rules found, beside what the record holds; nothing is changed
${practiceHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: practiceOptions });
    const number = numberOf(positionals, 'item');
    const item = await withInbox(values, (inbox) => inbox.open(number));
    if (values.json) printJson(item);
    else console.log(printItem(item));
    return exitCode.done;
  },
};

export const attachment: Command = {
  help: `
gpc inbox attachment ITEM --entry N --to FILE: a document of a message, as the number "gpc inbox show" gives it

  --to FILE          where it goes; - for standard output
${practiceHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...practiceOptions, entry: { type: 'string', default: '1' }, to: { type: 'string' } },
    });
    const number = numberOf(positionals, 'item');
    const entry = numberOf([values.entry], 'entry');
    const to = needed(values.to, '--to FILE');
    const { contentType, bytes } = await withInbox(values, (inbox) => inbox.attachment(number, entry - 1));
    if (to === '-') process.stdout.write(bytes);
    else {
      await writePrivately(to, bytes);
      if (values.json) printJson({ item: number, entry, contentType, size: bytes.length, path: to });
      else console.log(`${contentType}, ${bytes.length} bytes: ${to}`);
    }
    return exitCode.done;
  },
};

export const accept: Command = {
  help: `
gpc inbox accept ITEM: files a message into the record, as it stands or entry by entry

  Without --entry    everything as it stands; only where no rule found anything above a note
  --entry N=CHOICE   for entry N (1,2 for several; "message" for the message as a whole): ${choices.join(', ')}.
                     What follows belongs to it:
  --reason TEXT      for refuse one of ${reasons.join(', ')}; for override and amend in your own words
  --action DONE      where the rules ask for action: task-made, patient-contacted, recall-set,
                     no-action (with --note why)
  --note TEXT        what was done, or why nothing
  --confirmed        you have read the warning
  --change NAME=VALUE  for amend: value, systolic, diastolic, unit, code, effective, quantity, daysSupply, dosage, text
  --keep             record the decisions and file nothing yet; every entry needs one before anything is filed
  --hide-online      do not show it to the patient online; --show-online to show it
${practiceHelp}

Examples
  gpc inbox accept 12
  gpc inbox accept 12 --entry 1=accept --confirmed --entry 2=refuse --reason duplicate
`,
  async run(args) {
    const { values, positionals, tokens } = parseArgs({
      args,
      allowPositionals: true,
      tokens: true,
      options: {
        ...practiceOptions,
        ...decisionOptions,
        keep: { type: 'boolean', default: false },
        'hide-online': { type: 'boolean', default: false },
        'show-online': { type: 'boolean', default: false },
      },
    });
    const number = numberOf(positionals, 'item');
    const typed = typedDecisions(tokens);
    if (values.keep && typed.length === 0) throw new CommandError('--keep goes with --entry', exitCode.usage);
    if (values['hide-online'] && values['show-online'])
      throw new CommandError('choose --hide-online or --show-online', exitCode.usage);
    const online = values['hide-online'] ? false : values['show-online'] ? true : undefined;
    const { status, undecided } = await withInbox(values, async (inbox) => {
      const item = await inbox.open(number);
      const version = await decidedVersion(inbox, item, typed);
      if (!values.keep) return { status: await inbox.complete(number, version, online), undecided: 0 };
      const { entries } = await inbox.open(number);
      return {
        status: 'decided, not filed',
        undecided: entries.filter(({ decision }) => decision === null).length,
      };
    });
    if (values.json) printJson({ item: number, status, undecided });
    else console.log(`Item ${number}: ${status}${undecided ? `, ${undecided} entries still to decide` : ''}`);
    return exitCode.done;
  },
};

/** Where something was decided earlier, the rest is not taken as accepted. */
async function decidedVersion(
  inbox: InboxApi,
  item: OpenItem,
  typed: ReturnType<typeof typedDecisions>,
): Promise<number> {
  if (typed.length > 0) return inbox.decide(item.item, item.version, decisionsFor(item, typed));
  const undecided = item.entries.flatMap(({ decision }, at) => (decision === null ? [at + 1] : []));
  if (undecided.length === 0) return item.version;
  if (undecided.length < item.entries.length)
    throw new CommandError(
      `other entries were decided before: say with --entry what becomes of ${undecided.join(', ')}`,
      exitCode.usage,
    );
  return inbox.acceptAll(item.item, item.version);
}

export const refuse: Command = {
  help: `
gpc inbox refuse ITEM --reason REASON: files nothing of a message, and keeps a notice for its sender

  --reason REASON    ${reasons.join(', ')}
  --note TEXT        in your own words
${practiceHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { ...practiceOptions, reason: { type: 'string' }, note: { type: 'string' } },
    });
    const number = numberOf(positionals, 'item');
    const reason = oneOf(values.reason ?? '', reasons, '--reason');
    await withInbox(values, async (inbox) => {
      const { version } = await inbox.open(number);
      await inbox.refuse(number, version, reason, values.note);
    });
    if (values.json) printJson({ item: number, status: 'refused', reason });
    else console.log(`Item ${number}: refused. "gpc inbox notices" has the notice for its sender.`);
    return exitCode.done;
  },
};
