import { z } from 'zod';
import type { Memory } from './memory.ts';

const Roles = z.union([z.string().transform((role) => [role]), z.array(z.string())]).optional();

/** The part of a stream's metadata that EventStoreDB evaluates; applications may add more. */
const StreamMetadata = z.looseObject({
  $acl: z.object({ $r: Roles, $w: Roles, $d: Roles, $mr: Roles, $mw: Roles }).optional(),
  $maxCount: z.number().optional(),
  /** Seconds. */
  $maxAge: z.number().optional(),
  $tb: z.number().optional(),
});
export type StreamMetadata = z.output<typeof StreamMetadata>;

/** The stream that contains the metadata of another stream, as its last event. */
const metastreamOf = (stream: string) => `$$${stream}`;

/** The stream that a metastream belongs to. */
export function describedBy(stream: string): string | undefined {
  return stream.startsWith('$$') ? stream.slice(2) : undefined;
}

export function metadataOf(memory: Memory, stream: string): StreamMetadata {
  const last = memory.events(metastreamOf(stream)).at(-1);
  return last ? StreamMetadata.parse(JSON.parse(Buffer.from(last.data).toString())) : {};
}

/** The revision of the first event that reads return. Earlier events are hidden, and removed by the next scavenge. */
export function firstVisible(memory: Memory, stream: string, nowMs = Date.now()): number {
  const { $maxCount, $maxAge, $tb } = metadataOf(memory, stream);
  const events = memory.events(stream);
  const oldestMs = $maxAge === undefined ? -Infinity : nowMs - $maxAge * 1_000;
  const young = events.findIndex(({ createdMs }) => createdMs >= oldestMs);
  return Math.max(
    $tb ?? 0,
    $maxCount === undefined ? 0 : events.length - $maxCount,
    young === -1 ? events.length : young,
  );
}
