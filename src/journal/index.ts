export { credentialsOf } from './connection-string.ts';
export { within } from './deadline.ts';
export {
  chainHash,
  type HistoricEntry,
  historyOf,
  type JournalEntry,
  lastPosition,
  type PageBounds,
  type SequencedEntry,
  sequencedEntries,
  sequencedPage,
} from './entry.ts';
export { connectEventLog, type EventLog } from './event-log.ts';
export { secureEventStore } from './event-store-access.ts';
export {
  connectStream,
  DivergedStream,
  EventStoreUnavailable,
  newEvent,
  type StoredEvent,
} from './event-stream.ts';
export { type JournalLag, journalLag, type LagWatch, watchLag } from './lag.ts';
export { type Replayed, replay } from './replay.ts';
export { type Journal, type JournalStatus, type LeaderTasks, startJournal } from './service.ts';
export { inspectStream } from './stream-protection.ts';
export { type Verified, type VerifyOptions, verifyJournal } from './verify.ts';
