import type { Expected, Proposed, Recorded } from './memory.ts';

/** `repeats` names the last of the events that exist already: the append succeeds and writes nothing. */
export type Decision = 'write' | 'wrong' | { readonly repeats: Recorded };

/**
 * The outcome of an append, by its expected revision and the ids of its events, as the server's index writer decides:
 * - at an exact revision, the same ids at the same revisions are a repetition, of any age; anything else is an error;
 * - at `any` and `stream_exists`, the first id decides: if it is unknown, all are written; if it is known, all must be
 * known.
 *
 * @param known the last event of any stream that had the id.
 */
export function decide(
  stream: string,
  events: readonly Recorded[],
  expected: Expected,
  proposed: readonly Proposed[],
  known: (id: string) => Recorded | undefined,
): Decision {
  if (expected === 'stream_exists' && events.length === 0) return 'wrong';
  if (expected === 'any' || expected === 'stream_exists') return decideByIds(stream, proposed, known);
  return decideByRevision(events, expected === 'no_stream' ? -1 : expected, proposed);
}

function decideByIds(
  stream: string,
  proposed: readonly Proposed[],
  known: (id: string) => Recorded | undefined,
): Decision {
  const there = proposed.map(({ id }) => known(id));
  const isHere = (event: Recorded | undefined) => event?.stream === stream;
  const last = there.at(-1);
  if (last === undefined || !isHere(there[0])) return isHere(there[0]) ? 'wrong' : 'write';
  return there.every(isHere) ? { repeats: last } : 'wrong';
}

function decideByRevision(
  events: readonly Recorded[],
  expected: number,
  proposed: readonly Proposed[],
): Decision {
  const current = events.length - 1;
  if (expected === current) return 'write';
  const there = events.slice(expected + 1, expected + 1 + proposed.length);
  const last = there.at(-1);
  const same = there.length === proposed.length && there.every(({ id }, index) => id === proposed[index]?.id);
  return same && last ? { repeats: last } : 'wrong';
}
