import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import type { Config } from '../config.ts';
import type { Authority } from '../operation/caller.ts';
import { problems } from '../operation/problem.ts';
import { type InTurn, inTurn, placesFor } from './in-flight.ts';

/** The bounds of streamed answers (CSV, NDJSON, server-sent events) in this process. */
export interface StreamLimit {
  /**
   * Takes a place for one stream.
   *
   * @returns a function that gives the place back.
   * @throws {Problem} 429 if the user or the process has too many streams.
   */
  admit(authority: Authority | null): () => void;
  /** Runs a read of a stream. At most a quarter of a pool's connections serve streams at a time; other reads wait for their turn. */
  readonly read: InTurn;
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
  const users = placesFor<number>(mostPerUser);
  let open = 0;
  return {
    admit(authority) {
      const leave = users.take(authority?.caller.userId ?? 0);
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
    read: inTurn(Math.max(1, Math.floor(poolSize * SHARE_OF_POOL))),
    open: () => open,
  };
}

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
