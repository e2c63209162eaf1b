import { sql } from 'drizzle-orm';
import { reloadCallers } from '../authentication/index.ts';
import { laterOf, type WalPosition } from '../database/position.ts';
import { lastPosition, sequencedPage } from '../journal/index.ts';
import { type Authority, type Caller, scopeFor } from '../operation/caller.ts';
import type { Services } from '../operation/operation.ts';
import { holdersOf } from './visibility.ts';
import { createEventWindow, type SharedEvent } from './window.ts';

/*
 * All event streams of a process follow the journal together: one poll at a time, twice a second, reads the new events
 * and the rights of all callers, however many streams there are. Each stream selects its events in memory. Nothing is
 * queued for a stream: it takes the latest events from here when its client reads, and older ones by pages from the
 * database.
 */

/** What a stream may send. */
export interface StreamState {
  /** The rights of the caller; `undefined` once its session, token, API key or permission to read has ended, or the server stops. */
  readonly authority: Authority | undefined;
  /** The last position that was read before these rights. What was recorded after it may be past a revocation. */
  readonly upTo: number;
}

export interface Subscriber {
  readonly caller: Caller;
  /** The state that its client has seen. */
  readonly atLeast: WalPosition | undefined;
}

export interface Subscription {
  /**
   * The state at the last poll; waits for the first one.
   *
   * @throws the error of a poll, once all have failed for 10 s.
   */
  state(): Promise<StreamState>;
  /** Waits for the next poll. */
  next(): Promise<void>;
  /** The events after a position, as far as one chunk holds them; `undefined` if some are no longer in memory. */
  since(after: number): readonly SharedEvent[] | undefined;
  end(): void;
}

export interface EventTail {
  /** @param closing ends the polls. All subscribers have the same one. */
  subscribe(subscriber: Subscriber, closing: AbortSignal): Subscription;
}

const POLL_EVERY_MS = 500;
/** How long streams go on, without new events, while polls fail. */
const FAILING_MS = 10_000;
const BATCH = { limit: 500, bytes: 1_048_576 };

export type TailServices = Pick<Services, 'database' | 'clock'>;

const tails = new WeakMap<TailServices, EventTail>();

/** The tail that all streams of an application share. */
export function tailOf(services: TailServices): EventTail {
  const tail = tails.get(services) ?? createEventTail(services);
  tails.set(services, tail);
  return tail;
}

interface Follower extends Subscriber {
  result: StreamState | { readonly failure: unknown } | undefined;
  wake(): void;
}

/** Polls while there are followers, then stops. */
export function createEventTail(services: TailServices): EventTail {
  const followers = new Set<Follower>();
  const recent = createEventWindow();
  const pause = createPause(POLL_EVERY_MS);
  let atLeast: WalPosition | undefined;
  let following = false;

  /** Returns whether more events may follow. */
  async function poll(): Promise<boolean> {
    const polled = [...followers];
    const callers = polled.map(({ caller }) => caller);
    const news = await readNews(services, { after: recent.position(), callers, atLeast });
    if (news === undefined) return false;
    const { after, events, rights, more } = news;
    recent.append(after, events);
    for (const each of polled) {
      const authority = authorityOf(each.caller, rights.get(each.caller), services.clock());
      each.result = { authority, upTo: after + events.length };
    }
    return more;
  }

  const wakeAll = () => {
    for (const follower of followers) follower.wake();
  };

  async function follow(closing: AbortSignal): Promise<void> {
    closing.addEventListener('abort', pause.end);
    let polledAt = performance.now();
    while (followers.size > 0 && !closing.aborted) {
      let more = false;
      try {
        more = await poll();
        polledAt = performance.now();
      } catch (failure) {
        if (performance.now() - polledAt > FAILING_MS)
          for (const each of followers) each.result = { failure };
      }
      wakeAll();
      if (!more && !closing.aborted) await pause.begin();
    }
    closing.removeEventListener('abort', pause.end);
    recent.clear();
    atLeast = undefined;
    following = false;
    wakeAll();
  }

  return {
    subscribe(subscriber, closing) {
      const follower: Follower = { ...subscriber, result: undefined, wake: () => {} };
      if (subscriber.atLeast !== undefined) atLeast = laterOf(atLeast, subscriber.atLeast);
      followers.add(follower);
      if (following) pause.end();
      else void follow(closing);
      following = true;
      return {
        ...waiting(follower, closing),
        since: recent.since,
        end() {
          followers.delete(follower);
          if (followers.size === 0) pause.end();
        },
      };
    },
  };
}

function waiting(follower: Follower, closing: AbortSignal): Pick<Subscription, 'state' | 'next'> {
  const next = () =>
    new Promise<void>((resolve) => {
      follower.wake = resolve;
    });
  return {
    next,
    async state() {
      while (follower.result === undefined && !closing.aborted) await next();
      if (follower.result === undefined || closing.aborted) return { authority: undefined, upTo: -1 };
      if ('failure' in follower.result) throw follower.result.failure;
      return follower.result;
    },
  };
}

interface News {
  /** The position before the events. */
  readonly after: number;
  readonly events: readonly SharedEvent[];
  /** Whether more events may follow. */
  readonly more: boolean;
  /** The callers as they are after the events; those whose session or API key has ended are missing. */
  readonly rights: ReadonlyMap<Caller, Caller>;
}

interface NewsRequest {
  /** Without it, only events that are recorded from now on are read. */
  readonly after: number | undefined;
  readonly callers: readonly Caller[];
  readonly atLeast: WalPosition | undefined;
}

/**
 * Reads new events and, after them and on the same server, the rights of callers. `undefined` if the server is behind what was
 * read from another one: its rights would be older than events that are already known.
 */
async function readNews(
  { database, clock }: TailServices,
  { callers, atLeast, after: given }: NewsRequest,
): Promise<News | undefined> {
  const news = await database.read(
    async (reader) => {
      const head = await lastPosition(reader.execute);
      const after = given ?? head;
      if (head < after) return undefined;
      const page = await sequencedPage(reader.execute, sql`p.position > ${after}`, BATCH);
      const holders = await holdersOf(reader.execute, page.entries);
      const events = page.entries.map((event) => ({
        event,
        holders: holders(event),
        json: JSON.stringify(event),
      }));
      return { after, events, more: page.more, rights: await reloadCallers(reader, callers, clock()) };
    },
    { atLeast },
  );
  if (news === undefined) return undefined;
  const missing = callers.filter((caller) => !news.rights.has(caller));
  if (missing.length === 0) return news;
  // The standby may not have replayed a new session or key yet.
  const confirmed = await database.readPrimary((reader) => reloadCallers(reader, missing, clock()));
  return { ...news, rights: new Map([...news.rights, ...confirmed]) };
}

/** The authority with which a caller reads events; `undefined` once its rights have ended. */
function authorityOf(before: Caller, now: Caller | undefined, at: Date): Authority | undefined {
  const hasExpired = before.tokenExpiresAt !== undefined && before.tokenExpiresAt <= at;
  if (now === undefined || hasExpired) return undefined;
  const scope = scopeFor(now, 'read');
  return scope && { caller: now, scope };
}

/** A pause that can be ended before its time. */
function createPause(ms: number) {
  let end = () => {};
  return {
    begin: () =>
      new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        end = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    end: () => end(),
  };
}
