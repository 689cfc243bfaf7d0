// The list of waiting messages, page by page, oldest first. spec: mesh §3.2
import type { Mesh } from './context.ts';
import { SchemaFault } from './errors.ts';
import { isMessageId } from './message-id.ts';

export type Query = Readonly<Record<string, string | string[] | undefined>>;

export interface InboxPage {
  readonly ids: readonly string[];
  /** Where the next page begins; absent on the last. */
  readonly next: string | undefined;
}

const SMALLEST_PAGE = 10;
const LARGEST_PAGE = 5000;

/** One page; the filter is applied to it afterwards, so it can be empty while there is a next. @throws SchemaFault */
export async function listInbox(mesh: Mesh, mailbox: string, query: Query): Promise<InboxPage> {
  const most = wholeNumber(query, 'max_results', SMALLEST_PAGE, LARGEST_PAGE) ?? mesh.settings.pageSize;
  const passes = workflowFilter(text(query, 'workflow_filter', 2, 255));
  const after = await startOf(mesh, mailbox, text(query, 'continue_from', 24, 1000));
  const rows = await mesh.messages.inboxPage(mailbox, after, most + 1);
  const page = rows.slice(0, most);
  return {
    ids: page.filter(({ workflow }) => passes(workflow)).map(({ id }) => id),
    next: rows.length > most ? continuation(page.at(-1)!.position) : undefined,
  };
}

/** `W`, `!W`, `W*`, `!W*`, `*W*`, `!*W*`. */
export function workflowFilter(filter: string | undefined): (workflow: string) => boolean {
  if (filter === undefined) return () => true;
  const negated = filter.startsWith('!');
  const pattern = negated ? filter.slice(1) : filter;
  const word = pattern.replace(/^\*/, '').replace(/\*$/, '');
  const matches = (workflow: string): boolean => {
    if (pattern.startsWith('*') && pattern.endsWith('*')) return workflow.includes(word);
    if (pattern.endsWith('*')) return workflow.startsWith(word);
    return workflow === pattern;
  };
  return (workflow) => matches(workflow) !== negated;
}

/** A whole number within its range, or undefined where it is not given. @throws SchemaFault */
export function wholeNumber(query: Query, name: string, least: number, most: number): number | undefined {
  const value = single(query, name);
  if (value === undefined) return undefined;
  const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
  if (!(number >= least && number <= most))
    throw new SchemaFault(
      'query',
      name,
      `a whole number from ${least} to ${most} is needed`,
      'value_error.number',
    );
  return number;
}

/** A text within its length, or undefined. @throws SchemaFault */
export function text(query: Query, name: string, least: number, most: number): string | undefined {
  const value = single(query, name);
  if (value !== undefined && (value.length < least || value.length > most))
    throw new SchemaFault('query', name, `${least} to ${most} characters are needed`, 'value_error.any_str');
  return value;
}

function single(query: Query, name: string): string | undefined {
  const value = query[name];
  if (Array.isArray(value)) throw new SchemaFault('query', name, 'may be given once', 'value_error');
  return value;
}

async function startOf(mesh: Mesh, mailbox: string, from: string | undefined): Promise<number> {
  if (from === undefined) return 0;
  if (isMessageId(from.toUpperCase())) {
    const message = await mesh.messages.find(from.toUpperCase());
    if (message?.recipient === mailbox) return message.position;
  }
  return readContinuation(from);
}

/** Opaque to clients: a position as text of at least 24 characters. */
export const continuation = (position: number): string =>
  Buffer.from(`after:${String(position).padStart(18, '0')}`).toString('base64url');

/** @throws SchemaFault where it is not one of ours */
export function readContinuation(token: string): number {
  const match = /^after:(\d{18})$/.exec(Buffer.from(token, 'base64url').toString('latin1'));
  if (!match) throw new SchemaFault('query', 'continue_from', 'not a place in this list', 'value_error');
  return Number(match[1]);
}
