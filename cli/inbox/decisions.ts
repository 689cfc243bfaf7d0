// Decisions as they are typed: `--entry 1=accept --confirmed --entry 2=refuse --reason duplicate`. What follows an entry
// belongs to it. The practice's system judges them. spec: messaging SG-02, SG-03, SG-14; docs/practice-inbox-api.md
import {
  actionsTaken,
  choices,
  type Decision,
  type OpenItem,
  refusalReasons,
} from '@gp-connect/portals/practice-inbox';
import { oneOf } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';

export const decisionOptions = {
  entry: { type: 'string', multiple: true },
  reason: { type: 'string', multiple: true },
  action: { type: 'string', multiple: true },
  note: { type: 'string', multiple: true },
  change: { type: 'string', multiple: true },
  confirmed: { type: 'boolean', multiple: true },
} as const;

type Amending = NonNullable<Decision['amendment']>;
interface Typed {
  entry: string;
  decision: Decision['decision'];
  reason?: string;
  actionTaken?: string;
  actionNote?: string;
  confirmed?: boolean;
  amendment?: Amending;
}

interface Token {
  readonly kind: string;
  readonly name?: string;
  readonly value?: string | undefined;
}

const usage = (message: string): CommandError => new CommandError(message, exitCode.usage);

/** What was typed, in its order. @throws CommandError */
export function typedDecisions(tokens: readonly Token[]): readonly Typed[] {
  const typed: Typed[] = [];
  let open: Typed[] = [];
  for (const { kind, name, value = '' } of tokens) {
    if (kind !== 'option' || name === undefined || !Object.hasOwn(decisionOptions, name)) continue;
    if (name === 'entry') {
      open = entriesOf(value);
      typed.push(...open);
      continue;
    }
    if (open.length === 0) throw usage(`--${name} belongs after the --entry it is about`);
    for (const one of open) attach(one, name, value);
  }
  for (const one of typed) mustBeWhole(one);
  return typed;
}

/** `1=accept`, `1,2=accept`, `message=accept`. */
function entriesOf(text: string): Typed[] {
  const [names = '', choice = '', ...more] = text.split('=');
  if (!/^(?:message|\d+(?:,\d+)*)$/.test(names) || more.length > 0)
    throw usage('--entry takes NUMBER=CHOICE, such as 1=accept; "gpc inbox show" numbers them');
  const decision = oneOf(choice, choices, `the choice in --entry ${text}`);
  return names.split(',').map((entry) => ({ entry, decision }));
}

function attach(one: Typed, name: string, value: string): void {
  if (name === 'confirmed') one.confirmed = true;
  else if (name === 'reason') one.reason = value;
  else if (name === 'note') one.actionNote = value;
  else if (name === 'action')
    one.actionTaken = oneOf(
      value,
      actionsTaken.map(([key]) => key),
      '--action',
    );
  else if (name === 'change') one.amendment = { ...one.amendment, ...changeOf(value) };
}

function changeOf(text: string): Amending {
  const at = text.indexOf('=');
  if (at < 1) throw usage('--change takes NAME=VALUE, such as systolic=131');
  const [name, value] = [text.slice(0, at), text.slice(at + 1)];
  const isNumber = ['value', 'systolic', 'diastolic', 'quantity', 'daysSupply'].includes(name);
  if (isNumber && (value.trim() === '' || Number.isNaN(Number(value))))
    throw usage(`--change ${name} takes a number`);
  return { [name]: isNumber ? Number(value) : value };
}

const needsReason = ['refuse', 'override', 'amend'];

function mustBeWhole({ entry, decision, reason, amendment }: Typed): void {
  if (needsReason.includes(decision) && !reason?.trim())
    throw usage(`--entry ${entry}=${decision} needs a --reason after it`);
  if (decision === 'refuse')
    oneOf(
      reason!,
      refusalReasons.map(([key]) => key),
      'the --reason of a refusal',
    );
  if ((decision === 'amend') !== (amendment !== undefined))
    throw usage(`--entry ${entry}=${decision}: --change goes with amend, and amend needs it`);
}

/** The decisions for an item, each at its entry's own reference. @throws CommandError */
export function decisionsFor(item: OpenItem, typed: readonly Typed[]): readonly Decision[] {
  return typed.map(({ entry, ...decision }) => {
    const ref = entry === 'message' ? item.message.ref : item.entries[Number(entry) - 1]?.ref;
    if (ref === undefined)
      throw usage(`there is no entry ${entry}: item ${item.item} has ${item.entries.length}`);
    return { ref, ...decision };
  });
}
