// Checked by the compiler only: what the practice's own system answers can be read by these pages.
import type { Exposure, Inbox, RecallItem } from '@gp-connect/provider';
import type { z } from 'zod';
import type { counters, filedEntry, listedItem, notice, openItem, task } from '../inbox-api.ts';
import type { exposure, recallEntry } from '../recalls-api.ts';
import type { quarantined } from '../record-api.ts';

type Mutable<T> = T extends readonly (infer Each)[]
  ? Mutable<Each>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Mutable<T[Key]> }
    : T;
type Answer<Name extends keyof Inbox> = Inbox[Name] extends (...given: never[]) => infer Given
  ? Mutable<Awaited<Given>>
  : never;
type Reads<Wanted, Given extends Wanted> = Given;

export type InboxShape = [
  Reads<z.input<typeof listedItem>[], Answer<'list'>>,
  Reads<z.input<typeof openItem>, Answer<'open'>>,
  Reads<z.input<typeof counters>, Answer<'counters'>>,
  Reads<z.input<typeof filedEntry>[], Answer<'lookBack'>>,
  Reads<z.input<typeof notice>[], Answer<'notices'>>,
  Reads<z.input<typeof task>[], Answer<'tasks'>>,
  Reads<z.input<typeof quarantined>, Answer<'quarantine'>>,
  // Whom and what an entry is about is put to it on the way out.
  Reads<Omit<z.input<typeof recallEntry>, 'patient' | 'recorded'>, Mutable<RecallItem>>,
  Reads<z.input<typeof exposure>, Mutable<Exposure>>,
];
