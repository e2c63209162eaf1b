import { EventEmitter, once } from 'node:events';
import { type DataFile, type Line, openDataFile } from './data-file.ts';
import { decide } from './expected-revision.ts';

/** A proposed event, and its stored revision and position. */
export interface Recorded {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
  readonly stream: string;
  readonly revision: number;
  /** Its position among the events of all streams. */
  readonly commit: number;
  readonly createdMs: number;
}

export type Proposed = Pick<Recorded, 'id' | 'type' | 'contentType' | 'data' | 'metadata'>;
/** Of the stream before the append; a number is the revision of its last event. */
export type Expected = 'any' | 'no_stream' | 'stream_exists' | number;

export type Appended =
  | { readonly result: 'success'; readonly revision: number; readonly commit: number }
  | { readonly result: 'wrong expected version'; readonly current: number | undefined };

/** The streams of a server, which survive its restarts and, with a data file, those of its process. */
export class Memory {
  readonly #streams = new Map<string, Recorded[]>();
  readonly #byId = new Map<string, Recorded>();
  readonly #appends = new EventEmitter().setMaxListeners(0);
  readonly #dataFile: DataFile | undefined;
  #all: Recorded[] = [];
  #commit = 0;

  constructor(dataFile?: string) {
    this.#dataFile = dataFile === undefined ? undefined : openDataFile(dataFile);
    for (const line of this.#dataFile?.lines ?? []) this.#apply(line);
  }

  events(stream: string): readonly Recorded[] {
    return this.#streams.get(stream) ?? [];
  }

  /** The events of all streams, in the order of their appends. */
  all(): readonly Recorded[] {
    return this.#all;
  }

  /** Resolves at the next append. */
  async appended(signal: AbortSignal): Promise<void> {
    await once(this.#appends, 'append', { signal });
  }

  /** Removes the newest events, as a restore of an old backup does. */
  forget(stream: string, keep = 0): void {
    this.#do({ forget: stream, keep });
  }

  /** Appends all events or none, at the expected revision. Repeating existing events at their revisions succeeds. */
  append(stream: string, expected: Expected, proposed: readonly Proposed[]): Appended {
    const events = this.events(stream);
    const decision = decide(stream, events, expected, proposed, (id) => this.#byId.get(id));
    if (decision === 'wrong') return { result: 'wrong expected version', current: events.at(-1)?.revision };
    if (decision !== 'write') {
      return { result: 'success', revision: decision.repeats.revision, commit: decision.repeats.commit };
    }
    this.#do({ append: stream, createdMs: Date.now(), events: [...proposed] });
    return {
      result: 'success',
      revision: this.events(stream).at(-1)?.revision ?? -1,
      commit: this.#commit,
    };
  }

  close(): void {
    this.#dataFile?.close();
  }

  #do(line: Line): void {
    this.#dataFile?.write(line);
    this.#apply(line);
    this.#appends.emit('append');
  }

  #apply(line: Line): void {
    if ('forget' in line) this.#drop(line.forget, line.keep);
    else for (const event of line.events) this.#record(line.append, event, line.createdMs);
  }

  #record(stream: string, proposed: Proposed, createdMs: number): void {
    const events = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, events);
    const event = { ...proposed, stream, revision: events.length, commit: ++this.#commit, createdMs };
    events.push(event);
    this.#all.push(event);
    this.#byId.set(event.id, event);
  }

  #drop(stream: string, keep: number): void {
    const gone = new Set(this.events(stream).slice(keep));
    this.#streams.set(stream, this.events(stream).slice(0, keep));
    this.#all = this.#all.filter((event) => !gone.has(event));
    for (const { id } of gone) this.#byId.delete(id);
  }
}
