/** An event as it was proposed, and where it stands. */
export interface Recorded {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly stream: string;
  readonly revision: number;
  readonly commit: number;
  readonly createdMs: number;
}

export type Proposed = Pick<Recorded, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
export type Expected = 'any' | 'no_stream' | 'stream_exists' | number;

export type Appended =
  | { readonly result: 'success'; readonly revision: number; readonly commit: number }
  | { readonly result: 'wrong expected version'; readonly current: number | undefined };

const MOST_BYTES = 1_048_576;

/** The streams of a server, which outlive its restarts. */
export class Memory {
  readonly #streams = new Map<string, Recorded[]>();
  #commit = 0;

  events(stream: string): readonly Recorded[] {
    return this.#streams.get(stream) ?? [];
  }

  /** As after a restore from an old backup: the newest events are gone. */
  forget(stream: string, keep: number): void {
    this.#streams.set(stream, this.events(stream).slice(0, keep));
  }

  isTooLarge(proposed: readonly Proposed[]): boolean {
    return proposed.reduce((sum, { data, metadata }) => sum + data.length + metadata.length, 0) > MOST_BYTES;
  }

  /** All or nothing, at the expected revision; the same events again, where they are already, are a success. */
  append(stream: string, expected: Expected, proposed: readonly Proposed[]): Appended {
    const events = this.events(stream);
    const repeated = this.#repeated(events, expected, proposed);
    if (repeated) return { result: 'success', revision: repeated.revision, commit: repeated.commit };
    const current = events.at(-1)?.revision;
    if (!fits(expected, current)) return { result: 'wrong expected version', current };
    const added = proposed.map((each, index) => ({
      ...each,
      stream,
      revision: events.length + index,
      commit: ++this.#commit,
      createdMs: Date.now(),
    }));
    this.#streams.set(stream, [...events, ...added]);
    const last = added.at(-1);
    return { result: 'success', revision: last?.revision ?? -1, commit: last?.commit ?? this.#commit };
  }

  #repeated(
    events: readonly Recorded[],
    expected: Expected,
    proposed: readonly Proposed[],
  ): Recorded | undefined {
    const first = events.find(({ id }) => id === proposed[0]?.id);
    if (first === undefined) return undefined;
    const start = typeof expected === 'number' ? expected + 1 : expected === 'no_stream' ? 0 : first.revision;
    const there = events.slice(start, start + proposed.length);
    const same =
      there.length === proposed.length && there.every(({ id }, index) => id === proposed[index]?.id);
    return same ? there.at(-1) : undefined;
  }
}

function fits(expected: Expected, current: number | undefined): boolean {
  if (expected === 'any') return true;
  if (expected === 'no_stream') return current === undefined;
  if (expected === 'stream_exists') return current !== undefined;
  return current === expected;
}
