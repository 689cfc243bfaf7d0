// What recall needs of wherever received entries are kept (the inbox): to find them, and to stop or refuse waiting ones.
// spec: national-service INC-03, INC-07; messaging SG-12, SG-18
import type { RecordEntryKey, RecordTransaction } from '../record/index.ts';
import type { EntryState, ResolvedSelector } from './selector.ts';

/** One entry of a received message, as it stands. */
export interface ReceivedEntry {
  /** Unique within the practice. */
  readonly entry: string;
  /** Id of the message it came with. */
  readonly message: string;
  readonly senderOds: string;
  readonly code: string | null;
  /** When it entered the record, ISO 8601; null where it is not there. */
  readonly filedAt: string | null;
  readonly state: EntryState;
  /** Where it is in the record, once filed. */
  readonly filedAs: RecordEntryKey | null;
}

/** Every call names its practice and runs in the caller's transaction. */
export interface FiledEntries {
  /** Entries of the selector in the state they had at `asAt`: the same question has the same answer for ever (INC-04). */
  search(
    db: RecordTransaction,
    practice: string,
    selector: ResolvedSelector,
    asAt: string,
  ): Promise<ReceivedEntry[]>;
  /** Entries as they are now, their rows locked so that no reviewer files them meanwhile. */
  current(
    db: RecordTransaction,
    practice: string,
    entries: readonly string[],
  ): Promise<Map<string, ReceivedEntry>>;
  /** Waiting entries cannot be accepted while held for any cause. Holding twice is holding once. */
  hold(db: RecordTransaction, practice: string, entries: readonly string[], cause: string): Promise<void>;
  release(db: RecordTransaction, practice: string, entries: readonly string[], cause: string): Promise<void>;
  /** Refuses a waiting entry: it never enters the record. */
  reject(db: RecordTransaction, practice: string, entry: string, at: string): Promise<void>;
}
