// An item of the inbox for the terminal: what was sent, what the rules found, what the record holds beside it.

import { spacedNhsNumber } from '@gp-connect/foundation/nhs';
import {
  kindOfMessage,
  type ListedItem,
  type OpenItem,
  severityWords,
} from '@gp-connect/portals/practice-inbox';

const minute = (at: string): string => at.slice(0, 16).replace('T', ' ');

export function printList(items: readonly ListedItem[]): string {
  if (items.length === 0) return 'Nothing waits.';
  const rows = items.map((item) => [
    String(item.item),
    `${severityWords[item.severity].text}${item.urgent ? ', urgent' : ''}`,
    item.overdue ? `overdue since ${minute(item.dueAt)}` : `due ${minute(item.dueAt)}`,
    kindOfMessage(item),
    `${item.sender.name} (${item.sender.ods})`,
    item.title,
  ]);
  return [
    'Most pressing first (UTC)',
    ...columns([['Item', 'Found', 'Due', 'Kind', 'From', 'Title'], ...rows]),
  ].join('\n');
}

/** Columns side by side, each as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`.trimEnd());
}

export function printItem(item: OpenItem): string {
  const { patient, sender, author } = item;
  const head = [
    `Item ${item.item}: ${item.title} (${kindOfMessage(item)}), ${item.state}`,
    `From ${sender.name} (${sender.ods}), ${author.name}${author.role ? `, ${author.role}` : ''}`,
    `About ${(patient.family ?? '').toUpperCase()}, ${(patient.given ?? []).join(' ')}   NHS ${spacedNhsNumber(patient.nhsNumber)}   born ${patient.birthDate ?? 'not recorded'}`,
    `Seen ${item.encounterAt ?? 'not said'}, received ${minute(item.receivedAt)} UTC`,
    ...(item.replaces === null ? [] : [`Replaces item ${item.replaces}`]),
    ...(patient.deceasedDate ? [`! The patient died on ${patient.deceasedDate}`] : []),
    ...(patient.leftOn ? [`! The patient left the practice on ${patient.leftOn}`] : []),
  ];
  const whole = judgedLines(item.message, 'The message as a whole: --entry message=…');
  const entries = item.entries.map((entry, at) => {
    const code = entry.code ? ` [${entry.code}]` : '';
    const seen = entry.alreadyInRecord ? '  (already in the record)' : '';
    return judgedLines(
      entry,
      `${at + 1}. ${[entry.label, entry.heading].filter(Boolean).join(', ')}: ${entry.text}${code}${seen}`,
      true,
    );
  });
  return [head, ...(item.message.findings.length > 0 ? [whole] : []), ...entries, beside(item)]
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function judgedLines(
  { findings, choices, decision }: Pick<OpenItem['entries'][number], 'findings' | 'choices' | 'decision'>,
  title: string,
  always = false,
): string[] {
  return [
    title,
    ...findings.map(
      ({ severity, ruleId, message, urgent }) =>
        `     ! ${severity}${urgent ? ' urgent' : ''} ${ruleId}: ${message}`,
    ),
    ...(decision
      ? [
          `     decided: ${decision.decision}${decision.reason ? `, ${decision.reason}` : ''}, by ${decision.by.name}`,
        ]
      : always && choices.length > 0
        ? [`     choose ${choices.join(', ')}`]
        : []),
  ];
}

function beside({ record }: OpenItem): string[] {
  const named = (list: readonly { display?: string | undefined; date?: string | undefined }[]): string =>
    list
      .map(({ display = '?', date }) => (date ? `${display} (${date.slice(0, 10)})` : display))
      .join('; ') || 'none recorded';
  const values = record.sameKind.map(({ display, code, effective, value, unit, components }) => {
    const parts = components?.map((part) => part.value).join('/');
    return `  ${effective.slice(0, 10)}  ${display ?? code}  ${parts ?? [value, unit].filter((part) => part !== undefined).join(' ')}`;
  });
  return [
    'In the record beside it',
    ...(values.length > 0 ? values : ['  no earlier values of the same kind']),
    `  Problems   ${named(record.problems)}`,
    `  Allergies  ${named(record.allergies)}`,
    `  Medicines  ${named(record.medicines)}`,
  ];
}
