// A record for the terminal: areas with their items, what is missing said where it is missing.
import type { AreaView, Consultation, Item, RecordView } from '@gp-connect/consumer';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';

interface PrintOptions {
  /** `yyyy-mm-dd`: older items are counted, not shown, in areas the request could not filter. */
  readonly since?: string | undefined;
  readonly trace: string;
}

const WIDTH = 100;

export function printRecord(view: RecordView, options: PrintOptions): string {
  const { patient, practice } = view;
  const head = [
    `${patient.family.toUpperCase()}, ${patient.given}   NHS ${spacedNhsNumber(patient.nhsNumber)}   born ${patient.birthDate ?? 'not recorded'}   ${patient.gender ?? 'gender not recorded'}`,
    `GP record of ${practice.name ?? 'unknown practice'} (${practice.ods ?? 'no code'}), retrieved ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC   trace ${options.trace}`,
    ...view.warnings.map((warning) => `! Missing from this answer: ${warning}`),
    ...view.notShown.map(
      ({ label, value }) =>
        `! ${value} ${label} item${value === '1' ? '' : 's'} came that cannot be shown here`,
    ),
  ];
  const areas = view.areas.map((area) => printArea(area, options));
  const context = view.context.length
    ? [
        `Linked items that are no answer of their own: ${view.context.length} (shown with the problems and consultations they belong to)`,
      ]
    : [];
  return [head.join('\n'), ...areas, ...context].join('\n\n');
}

function printArea(area: AreaView, { since }: PrintOptions): string {
  const shown = area.items.filter(
    (item) => !since || !item.date.sort || item.date.sort >= since || item.standing === 'current',
  );
  const older = area.items.length - shown.length;
  const lines = [
    `${area.title.toUpperCase()}  (${area.items.length})`,
    ...(area.unavailable ? [`  ! ${area.unavailable}`] : []),
    ...area.missing.map((text) => `  ! ${text}`),
    ...(area.nothingRecorded
      ? ['  The practice has recorded nothing here. That is not the same as none.']
      : []),
    ...shown.flatMap(printItem),
    ...(older > 0 ? [`  (${older} older item${older === 1 ? '' : 's'} not shown)`] : []),
  ];
  return lines.join('\n');
}

const cautionWords = {
  'transfer-degraded': 'code lost in a transfer: rely on the text only',
  uncoded: 'text only, no code',
  'not-for-patient': 'not to be shown to the patient',
} as const;

function printItem(item: Item): string[] {
  const cautions = item.cautions.map((caution) => cautionWords[caution]);
  const title = `  ${item.date.text.padEnd(17)}  ${item.title}${cautions.length ? `  [${cautions.join('; ')}]` : ''}`;
  const facts = item.facts.map(({ label, value }) => `${label.toLowerCase()}: ${value}`);
  const detail = [item.kind, ...facts, ...item.notes].join('; ');
  return [
    title,
    ...wrapped(detail),
    ...(item.problems.length ? wrapped(`for: ${item.problems.join(', ')}`) : []),
    ...('topics' in item ? consultationLines(item as Consultation) : childLines(item)),
  ];
}

function consultationLines({ topics }: Consultation): string[] {
  return topics.flatMap((topic) =>
    topic.headings.flatMap((heading) => {
      const entries = heading.items.map((entry) => (typeof entry === 'string' ? entry : oneLine(entry)));
      const title =
        [topic.title ?? topic.problems[0], heading.title].filter(Boolean).join(' / ') || 'Entries';
      return wrapped(`${title}: ${entries.join('; ')}`);
    }),
  );
}

/** Results and linked items in one line each; issues of a medication as a count. */
function childLines(item: Item): string[] {
  if (item.childrenTitle === 'Issues')
    return item.children.length ? wrapped(`${item.children.length} issues in this answer`) : [];
  return item.children.flatMap((child) => [
    `${INDENT}- ${oneLine(child)}`,
    ...child.children.map((member) => `${INDENT}    ${oneLine(member)}`),
  ]);
}

function oneLine(item: Item): string {
  const value = item.facts.find(({ label }) => label === 'Value')?.value;
  const note = item.kind === 'Filing comment' || item.title === 'Comment note' ? item.notes.join(' ') : '';
  return [item.title, value, note]
    .filter(Boolean)
    .join(' ')
    .replace(/^Comment note /, '');
}

const INDENT = ' '.repeat(21);

/** Breaks a text into lines of the width, under the item's title. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.replace(/\s+/g, ' ').split(' ')) {
    if (line && INDENT.length + line.length + word.length + 1 > WIDTH) {
      lines.push(INDENT + line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  return line ? [...lines, INDENT + line] : lines;
}
