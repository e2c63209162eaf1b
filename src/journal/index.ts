export { chainHash, type JournalEntry, type SequencedEntry, sequencedEntries } from './entry.ts';
export { connectEventLog, type EventLog } from './event-log.ts';
export { type Journal, type JournalStatus, startJournal } from './service.ts';
export { firstDifference } from './verify.ts';
