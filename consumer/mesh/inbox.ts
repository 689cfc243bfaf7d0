// The list of waiting messages. spec: mesh §3.2
import { MeshIntegrityError } from './errors.ts';
import type { Exchange } from './exchange.ts';

export interface ListOptions {
  /** `W`, `!W`, `W*`, `!W*`, `*W*`, `!*W*`. */
  readonly workflowFilter?: string;
  /** 10–5000; the server's default is 500. */
  readonly pageSize?: number;
}

export interface InboxPage {
  readonly ids: readonly string[];
  /** Give it to the next call; absent on the last page. */
  readonly next: string | undefined;
  /** All that waits, unfiltered. */
  readonly waiting: number;
}

/** One page. A page may be empty while there is a next (the filter comes after paging). */
export async function listPage(
  exchange: Exchange,
  mailboxId: string,
  { workflowFilter, pageSize }: ListOptions = {},
  next?: string,
): Promise<InboxPage> {
  const parameters = new URLSearchParams();
  if (pageSize !== undefined) parameters.set('max_results', String(pageSize));
  if (workflowFilter !== undefined) parameters.set('workflow_filter', workflowFilter);
  const query = parameters.size > 0 ? `?${parameters}` : '';
  const path = next ?? `${mailboxId}/inbox${query}`;
  const response = await exchange.repeatable({ method: 'GET', path });
  const body = (await response.body.json()) as {
    messages?: string[];
    links?: { next?: string };
    approx_inbox_count?: number;
  };
  const ids = body.messages ?? [];
  return { ids, next: nextPath(body.links?.next, mailboxId), waiting: body.approx_inbox_count ?? ids.length };
}

/** Every id, page after page, oldest first. */
export async function* listAll(
  exchange: Exchange,
  mailboxId: string,
  options: ListOptions,
): AsyncGenerator<string> {
  let next: string | undefined;
  do {
    const page = await listPage(exchange, mailboxId, options, next);
    yield* page.ids;
    next = page.next;
  } while (next !== undefined);
}

/** Below this mailbox's inbox and nowhere else: the token goes along. */
function nextPath(link: string | undefined, mailboxId: string): string | undefined {
  if (link === undefined) return undefined;
  const path = /^(?:https?:\/\/[^/]+)?\/messageexchange\/(.*)$/s.exec(link)?.[1] ?? '';
  if (!path.startsWith(`${mailboxId}/inbox?`)) throw new MeshIntegrityError('the next page lies elsewhere');
  return path;
}
