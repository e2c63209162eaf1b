import { connectStream, inspectStream, newEvent, type StoredEvent } from '../journal/index.ts';
import { Anchor, digestOf } from './anchor.ts';
import { type AnchorStore, DivergedStore } from './store.ts';

const BATCH = 1_000;
const EVENT_TYPE = 'ANCHOR';

export interface StreamStoreOptions {
  readonly connectionString: string;
  readonly stream: string;
  /** Whether a connection without a user is worth a warning. */
  readonly requiresUser: boolean;
}

/**
 * A stream in EventStoreDB: the revision of an event is the number of its anchor.
 *
 * @throws {ConfigError} when the client cannot use the connection string.
 */
export function streamStore({ connectionString, stream, requiresUser }: StreamStoreOptions): AnchorStore {
  const log = connectStream(connectionString, { stream });
  return {
    name: 'eventstore',
    async last() {
      const event = await log.last();
      return event && anchorIn(event);
    },
    async *read() {
      for (let from = 0; ; ) {
        let count = 0;
        for await (const event of log.read(from, BATCH)) {
          count += 1;
          from = event.revision + 1;
          yield anchorIn(event);
        }
        if (count < BATCH) return;
      }
    },
    put: (anchor) =>
      log.append(
        [newEvent({ id: eventIdOf(anchor), type: EVENT_TYPE, data: anchor, metadata: {} })],
        anchor.number,
      ),
    inspect: () => inspectStream(log, requiresUser),
    close: log.close,
  };
}

function anchorIn({ revision, data }: StoredEvent): Anchor {
  const { success, data: anchor } = Anchor.safeParse(data);
  if (!success) throw new DivergedStore(`revision ${revision} of the stream is not an anchor`);
  if (anchor.number !== revision)
    throw new DivergedStore(`revision ${revision} of the stream has the anchor ${anchor.number}`);
  return anchor;
}

/** The same anchor has the same id, by which EventStoreDB recognises a repeated append. A UUID of version 8 (RFC 9562). */
function eventIdOf(anchor: Anchor): string {
  const digest = Buffer.from(digestOf(anchor), 'hex');
  digest[6] = 0x80 | ((digest[6] ?? 0) & 0x0f);
  digest[8] = 0x80 | ((digest[8] ?? 0) & 0x3f);
  return digest.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
