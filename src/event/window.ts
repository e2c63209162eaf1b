import type { SequencedEntry } from '../journal/index.ts';
import type { Holders } from './visibility.ts';

/** An event in memory, which all streams share. */
export interface SharedEvent {
  readonly event: SequencedEntry;
  readonly holders: Holders;
  /** The event as JSON. */
  readonly json: string;
}

export interface EventWindow {
  /** The last position that was read; `undefined` before the first poll. */
  position(): number | undefined;
  /** Appends the events that follow `from`, which is the position before them. */
  append(from: number, events: readonly SharedEvent[]): void;
  /** The events after a position, as far as one chunk of text holds them; `undefined` if some are no longer in memory. */
  since(after: number): readonly SharedEvent[] | undefined;
  clear(): void;
}

const MOST_EVENTS = 2_000;
const MOST_CHARACTERS = 8_388_608;
/** The text with which a chunk ends: what a stream holds for a client that does not read. */
const CHUNK_CHARACTERS = 65_536;

/**
 * The events recorded last, in bounded memory. Positions have no gaps. The current holder of a bundle is that of its latest event
 * in all of its events, as in a page from the database: another holder comes with an event.
 */
export function createEventWindow(): EventWindow {
  let events: SharedEvent[] = [];
  let characters = 0;
  let last: number | undefined;

  function drop(): void {
    let many = 0;
    for (const { json } of events) {
      if (events.length - many <= MOST_EVENTS && characters <= MOST_CHARACTERS) break;
      characters -= json.length;
      many += 1;
    }
    if (many > 0) events = events.slice(many);
  }

  return {
    position: () => last,
    append(from, added) {
      last = from + added.length;
      events = [...withCurrentHolders(events, added), ...added];
      for (const { json } of added) characters += json.length;
      drop();
    },
    since(after) {
      if (last === undefined) return undefined;
      const missing = after - (last - events.length);
      if (missing < 0) return undefined;
      const chunk: SharedEvent[] = [];
      let length = 0;
      for (let index = missing; index < events.length && length < CHUNK_CHARACTERS; index++) {
        const shared = events[index];
        if (shared === undefined) break;
        chunk.push(shared);
        length += shared.json.length;
      }
      return chunk;
    },
    clear() {
      [events, characters, last] = [[], 0, undefined];
    },
  };
}

/** Events with the current holders that `later` events tell. */
function withCurrentHolders(events: SharedEvent[], later: readonly SharedEvent[]): SharedEvent[] {
  const bundles = later.filter(({ event }) => event.entity_name === 'bundle');
  const current = new Map(bundles.map(({ event, holders }) => [event.entity_id, holders.now]));
  if (current.size === 0) return events;
  return events.map((each) => {
    const now = each.event.entity_name === 'bundle' ? current.get(each.event.entity_id) : undefined;
    return now === undefined ? each : { ...each, holders: { ...each.holders, now } };
  });
}
