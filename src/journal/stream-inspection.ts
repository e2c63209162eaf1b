import type { Execute } from '../database/connection.ts';
import type { EventLog } from './event-log.ts';
import { requireEntry } from './relay.ts';
import { inspectStream, type StreamFindings } from './stream-protection.ts';

export interface InspectionOptions {
  readonly warn: (what: string) => void;
  /** Whether a connection without a user is worth a warning. */
  readonly requiresUser: boolean;
  readonly inspectEveryMs: number;
}

type Findings = Omit<StreamFindings, 'first'>;

export interface Inspection {
  /** Of the last inspection. */
  findings(): Findings;
  isDue(): boolean;
  /** Makes the next inspection due at once. */
  expire(): void;
  /**
   * Inspects the stream if it is time, and logs what is new.
   *
   * @throws {EventStoreUnavailable} @throws {DivergedStream} when the first event is not the first entry of the journal.
   */
  runIfDue(journal: Execute): Promise<void>;
}

const NOTHING: Findings = { hidden: null, warnings: [] };

/** Looks regularly for what an administrator of EventStoreDB did to the stream, or left open to others. */
export function createInspection(
  log: EventLog,
  { warn, requiresUser, inspectEveryMs }: InspectionOptions,
): Inspection {
  let findings = NOTHING;
  let dueAt = 0;

  const isDue = () => performance.now() >= dueAt;
  const texts = ({ hidden, warnings }: Findings) => [...(hidden === null ? [] : [hidden]), ...warnings];
  return {
    findings: () => findings,
    isDue,
    expire() {
      dueAt = 0;
    },
    async runIfDue(journal) {
      if (!isDue()) return;
      const { first, ...found } = await inspectStream(log, requiresUser);
      const known = texts(findings);
      findings = found;
      for (const text of texts(found)) if (!known.includes(text)) warn(`EventStoreDB: ${text}`);
      if (first?.revision === 0) await requireEntry(journal, first);
      dueAt = performance.now() + inspectEveryMs;
    },
  };
}
