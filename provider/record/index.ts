// The record room: what other capabilities may use.
export type { BinaryHead, StoredBinary } from './binaries.ts';
export { RecordError } from './compile.ts';
export { attachmentsOf, binaryIdsOf } from './documents.ts';
export { importEvents } from './import/import-events.ts';
export { type ImportOptions, importRecords } from './import/import-records.ts';
export type * from './import/report.ts';
export type { SourceFile, SourceLimits } from './import/source.ts';
export { binaryIdOf } from './links-of.ts';
export {
  type AnyResource,
  type CanonicalRecord,
  openRecords,
  type RecordDatabase,
  type Records,
  type RecordTransaction,
  type RecordWriter,
} from './open-records.ts';
export { dissentPolicy, type RecordFacts, registrationDetails } from './patient-facts.ts';
export type { RecordEntryKey } from './quarantine.ts';
export { RecordChangedError } from './read-records.ts';
export { type RecordTables, recordMigrations } from './schema.ts';
export type * from './types.ts';
export type { WriteCounts } from './write-records.ts';
