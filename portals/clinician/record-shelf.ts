// The record each session has open, in this process's memory alone: never on disk, never in a shared cache.
// One a session, dropped when the session ends, when another is opened, when nobody looks for some minutes, or
// when the room is needed. spec: foundations §8.4, §20 rule 8; access-record-structured §15
import type { DemographicDifference, RecordView, Trend } from '@gp-connect/consumer';
import type { ClinicalArea } from '@gp-connect/foundation/nhs';

export interface OpenRecord {
  /** Names the patient in addresses, so that a page of one patient can never show another. */
  readonly handle: string;
  readonly view: RecordView;
  readonly trends: readonly Trend[];
  readonly asked: readonly ClinicalArea[];
  readonly differences: readonly DemographicDifference[];
  /** Milliseconds since 1970 UTC. */
  readonly retrievedAt: number;
  readonly trace: string;
  /** Size of the answer it was read from. */
  readonly bytes: number;
  /** The user has seen the differences and takes the record as this patient's. */
  acknowledged: boolean;
}

export interface RecordShelf {
  put(sessionId: string, record: OpenRecord): void;
  /** The session's record of that patient, now looked at; undefined where there is none any more. */
  find(sessionId: string, handle: string): OpenRecord | undefined;
  drop(sessionId: string): void;
  sweep(): void;
  readonly size: number;
  /** Sum of the sizes of the answers held. */
  readonly bytes: number;
}

export function createRecordShelf(options: {
  readonly idleSeconds: number;
  readonly largestTotalBytes: number;
  readonly clock: () => number;
}): RecordShelf {
  // The order of the map is the order of use: the one unused longest comes first.
  const records = new Map<string, { record: OpenRecord; lastUsed: number }>();
  let bytes = 0;

  const drop = (sessionId: string) => {
    const held = records.get(sessionId);
    if (!held) return;
    records.delete(sessionId);
    bytes -= held.record.bytes;
  };
  const isStale = (lastUsed: number) => options.clock() - lastUsed >= options.idleSeconds * 1000;

  return {
    put(sessionId, record) {
      drop(sessionId);
      for (const other of records.keys()) {
        if (bytes + record.bytes <= options.largestTotalBytes) break;
        drop(other);
      }
      records.set(sessionId, { record, lastUsed: options.clock() });
      bytes += record.bytes;
    },
    find(sessionId, handle) {
      const held = records.get(sessionId);
      if (!held || held.record.handle !== handle) return undefined;
      if (isStale(held.lastUsed)) {
        drop(sessionId);
        return undefined;
      }
      records.delete(sessionId);
      records.set(sessionId, { record: held.record, lastUsed: options.clock() });
      return held.record;
    },
    drop,
    sweep() {
      for (const [sessionId, { lastUsed }] of records) if (isStale(lastUsed)) drop(sessionId);
    },
    get size() {
      return records.size;
    },
    get bytes() {
      return bytes;
    },
  };
}
