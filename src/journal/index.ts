export { credentialsOf } from './connection-string.ts';
export {
  chainHash,
  type HistoricEntry,
  historyOf,
  type JournalEntry,
  type SequencedEntry,
  sequencedEntries,
} from './entry.ts';
export { connectEventLog, type EventLog } from './event-log.ts';
export { secureEventStore } from './event-store-access.ts';
export { EventStoreUnavailable } from './event-stream.ts';
export { type JournalLag, journalLag, type LagWatch, watchLag } from './lag.ts';
export { type Replayed, replay } from './replay.ts';
export { type Journal, type JournalStatus, startJournal } from './service.ts';
export { verifyJournal } from './verify.ts';
