// Long lists in pages: a 10,000-entry record stays quick to render and to read.
import { component, type Markup, nothing } from '../../kit/index.ts';

export interface Paged<Element> {
  readonly elements: readonly Element[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  readonly total: number;
  /** Index of the first element shown, from 0. */
  readonly from: number;
}

/** One page of a list; a page that does not exist becomes the nearest that does. */
export function paged<Element>(all: readonly Element[], asked: unknown, size: number): Paged<Element> {
  const pages = Math.max(1, Math.ceil(all.length / size));
  const wanted = Number(asked);
  const page = Math.min(pages, Math.max(1, Number.isInteger(wanted) ? wanted : 1));
  const from = (page - 1) * size;
  return { elements: all.slice(from, from + size), page, pages, total: all.length, from };
}

/** Links to the pages around; `hrefOf` makes the address of a page. */
export function pageLinks(paged: Paged<unknown>, hrefOf: (page: number) => string): Markup {
  const { page, pages } = paged;
  if (pages < 2) return nothing;
  const link = (to: number) => ({ href: hrefOf(to), labelText: `Page ${to} of ${pages}` });
  return component('pagination', {
    classes: 'gpc-no-print',
    ...(page > 1 ? { previous: { ...link(page - 1), text: 'Newer' } } : {}),
    ...(page < pages ? { next: { ...link(page + 1), text: 'Older' } } : {}),
  });
}

export function countText({ from, elements, total }: Paged<unknown>, noun: string): string {
  if (total === 0) return '';
  if (elements.length === total) return `${total} ${total === 1 ? noun : `${noun}s`}`;
  return `${noun.charAt(0).toUpperCase()}${noun.slice(1)}s ${from + 1} to ${from + elements.length} of ${total}, newest first`;
}
