import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Config } from '../config.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { placesFor } from './in-flight.ts';
import { turnQueue } from './turn-queue.ts';

/** The bounds of streamed answers (CSV, NDJSON, server-sent events) in this process. */
export interface StreamLimit {
  /**
   * Takes a place for one stream.
   *
   * @returns a function that gives the place back.
   * @throws {Problem} 429 if the user or the process has too many streams.
   */
  admit(authority: Authority | null): () => void;
  /**
   * Runs a read of a stream. At most a quarter of a pool's connections serve streams at a time; other reads wait for the turn of
   * their user. A read that waits leaves the queue when the connection of its client ends, which aborts `gone`.
   */
  read<T>(authority: Authority | null, work: () => Promise<T>, gone: AbortSignal): Promise<T>;
  /** The number of open streams. */
  open(): number;
}

type Bounds = Pick<Config, 'MAX_STREAMS' | 'MAX_STREAMS_PER_USER' | 'DATABASE_POOL_SIZE'>;

/** The share of a pool's connections that may serve streams, so that they cannot delay the look-up of callers. */
const SHARE_OF_POOL = 1 / 4;

export function createStreamLimit({
  MAX_STREAMS: most,
  MAX_STREAMS_PER_USER: mostPerUser,
  DATABASE_POOL_SIZE: poolSize,
}: Bounds): StreamLimit {
  const users = placesFor<number | null>(mostPerUser);
  const running = Math.max(1, Math.floor(poolSize * SHARE_OF_POOL));
  // Each stream has one read at a time, so that what waits is limited by the number of streams.
  const reads = turnQueue<number | null>({
    running,
    // One user never has all places.
    runningPerKey: Math.max(1, running - 1),
    waiting: Number.POSITIVE_INFINITY,
    waitingPerKey: Number.POSITIVE_INFINITY,
  });
  let open = 0;
  return {
    admit(authority) {
      const leave = users.take(userOf(authority));
      if (leave === undefined) {
        throw problems.tooMany('too-many-streams', `More than ${mostPerUser} streams at a time.`, 1);
      }
      if (open >= most) {
        leave();
        throw problems.tooMany('too-many-streams', `More than ${most} streams of all users at a time.`, 1);
      }
      open += 1;
      return () => {
        open -= 1;
        leave();
      };
    },
    read: (authority, work, gone) => reads.run(userOf(authority), work, gone),
    open: () => open,
  };
}

const userOf = (authority: Authority | null) => authority?.caller.userId ?? null;

/** Sends a stream as the response. */
export function sendStream(
  reply: FastifyReply,
  { contentType, body }: { contentType: string; body: Readable },
): FastifyReply {
  reply.type(contentType);
  if (reply.request.method !== 'HEAD') return reply.send(body);
  // The framework would read the body to its end, which a stream of events does not have.
  body.destroy();
  return reply.send('');
}
