// `gpc inbox counts`, `tasks`, `done`, `notices`, `notice-sent`, `look-back`: what stands around the review.
// spec: messaging §10.1, SG-14; docs/practice-inbox-api.md
import { parseArgs } from 'node:util';
import { printJson } from '../arguments.ts';
import { type Command, CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';
import { numberOf, practiceHelp, practiceOptions, withInbox } from './practice.ts';
import { columns } from './print-item.ts';

const minute = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** A day as yyyy-mm-dd. @throws CommandError */
function day(option: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const made = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  if (!made || Number.isNaN(made.getTime()) || !made.toISOString().startsWith(text))
    throw new CommandError(`${option} takes a day such as 2026-03-31`, exitCode.usage);
  return text;
}

const NINETY_DAYS_MS = 90 * 86_400_000;

export const counts: Command = {
  help: `
gpc inbox counts: received, accepted, refused, overdue by sender and service, and which rules fired

  --since DAY        from this day on (default ninety days)
${practiceHelp}
`,
  async run(args) {
    const { values } = parseArgs({ args, options: { ...practiceOptions, since: { type: 'string' } } });
    const since =
      day('--since', values.since) ?? new Date(Date.now() - NINETY_DAYS_MS).toISOString().slice(0, 10);
    const found = await withInbox(values, (inbox) => inbox.counters(since));
    if (values.json) printJson({ since, ...found });
    else
      console.log(
        [
          `Since ${since}`,
          ...columns([
            ['Sender', 'Service', 'Received', 'Accepted', 'Refused', 'Overdue'],
            ...found.senders.map(({ sender, service, received, accepted, refused, overdue }) => [
              sender,
              service ?? '',
              ...[received, accepted, refused, overdue].map(String),
            ]),
          ]),
          '',
          ...columns([
            ['Rule', 'Sender', 'Service', 'Code', 'Hits'],
            ...found.rules.map(({ rule, sender, service, code, hits }) => [
              rule,
              sender,
              service ?? '',
              code ?? '',
              String(hits),
            ]),
          ]),
          ...found.alarms.map(
            ({ sender, items, contradicting }) =>
              `! ${sender}: ${contradicting} of ${items} messages contradict themselves`,
          ),
        ].join('\n'),
      );
    return exitCode.done;
  },
};

export const tasks: Command = {
  help: `
gpc inbox tasks: what has to be done, most pressing first
${practiceHelp}
`,
  async run(args) {
    const { values } = parseArgs({ args, options: practiceOptions });
    const found = await withInbox(values, (inbox) => inbox.tasks());
    if (values.json) printJson(found);
    else if (found.length === 0) console.log('Nothing is to be done.');
    else
      console.log(
        columns([
          ['Task', 'Kind', 'Item', 'Due', 'Note'],
          ...found.map(({ task, kind, item, dueAt, overdue, note }) => [
            String(task),
            kind,
            String(item ?? ''),
            `${minute(dueAt)}${overdue ? ' overdue' : ''}`,
            note ?? '',
          ]),
        ]).join('\n'),
      );
    return exitCode.done;
  },
};

export const done: Command = {
  help: `
gpc inbox done TASK: ends a task that is no review
${practiceHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: practiceOptions });
    const task = numberOf(positionals, 'task');
    await withInbox(values, (inbox) => inbox.finishTask(task));
    if (values.json) printJson({ task, done: true });
    return exitCode.done;
  },
};

export const notices: Command = {
  help: `
gpc inbox notices: what senders are to be told, by post, telephone or mail
${practiceHelp}
`,
  async run(args) {
    const { values } = parseArgs({ args, options: practiceOptions });
    const found = await withInbox(values, (inbox) => inbox.notices());
    if (values.json) printJson(found);
    else if (found.length === 0) console.log('No notices.');
    else
      console.log(
        columns([
          ['Notice', 'Sender', 'Status', 'Made', 'Sent', 'Words'],
          ...found.map(({ notice, sender, status, createdAt, sentOn, words }) => [
            String(notice),
            sender,
            status,
            minute(createdAt),
            sentOn === null ? 'not yet' : minute(sentOn),
            words,
          ]),
        ]).join('\n'),
      );
    return exitCode.done;
  },
};

export const noticeSent: Command = {
  help: `
gpc inbox notice-sent NOTICE: the sender was told
${practiceHelp}
`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: practiceOptions });
    const notice = numberOf(positionals, 'notice');
    await withInbox(values, (inbox) => inbox.noticeSent(notice));
    if (values.json) printJson({ notice, sent: true });
    return exitCode.done;
  },
};

export const lookBack: Command = {
  help: `
gpc inbox look-back: what was filed from messages, for the practice's leads; at least one of

  --code CODE, --sender ODS, --message ID, --from DAY, --to DAY
${practiceHelp}
`,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        ...practiceOptions,
        code: { type: 'string' },
        sender: { type: 'string' },
        message: { type: 'string' },
        from: { type: 'string' },
        to: { type: 'string' },
      },
    });
    const given = {
      code: values.code,
      sender: values.sender?.toUpperCase(),
      messageId: values.message,
      from: day('--from', values.from),
      to: day('--to', values.to),
    };
    const wanted = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    if (Object.keys(wanted).length === 0)
      throw new CommandError(
        'give at least one of --code, --sender, --message, --from, --to',
        exitCode.usage,
      );
    const found = await withInbox(values, (inbox) => inbox.lookBack(wanted));
    if (values.json) printJson(found);
    else if (found.length === 0) console.log('Nothing was filed like this.');
    else
      console.log(
        columns([
          ['Filed', 'Item', 'On', 'As', 'State', 'Resource', 'Code', 'Sender'],
          ...found.map(({ filed, item, filedAt, as, state, resource, code, sender }) => [
            ...[String(filed), String(item), minute(filedAt), as, state, resource, code ?? ''],
            `${sender.name} (${sender.ods})`,
          ]),
        ]).join('\n'),
      );
    return exitCode.done;
  },
};
