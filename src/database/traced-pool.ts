import { Readable } from 'node:stream';
import type pg from 'pg';
import type { Tracing } from '../tracing/index.ts';

/** The same pool, with a span for every statement that is sent while there is a current span. */
export function tracedPool(pool: pg.Pool, server: string, tracing: Tracing): pg.Pool {
  const traced = tracer(server, tracing);
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'query') return traced(target);
      if (key === 'connect') return async () => tracedClient(await target.connect(), traced);
      return memberOf(target, key);
    },
  });
}

type Traced = (target: pg.Pool | pg.PoolClient) => (...sent: unknown[]) => unknown;

function tracedClient(client: pg.PoolClient, traced: Traced): pg.PoolClient {
  return new Proxy(client, {
    get: (target, key) => (key === 'query' ? traced(target) : memberOf(target, key)),
  });
}

function memberOf(target: object, key: string | symbol): unknown {
  const member: unknown = Reflect.get(target, key, target);
  return typeof member === 'function' ? member.bind(target) : member;
}

const LONGEST_TEXT = 2_000;
/** The first word of a statement, which names its span. A commit is preceded by the end of its time limit. */
const FIRST_WORD = /^\s*(?:SET LOCAL [^;]*;)?\s*(\w+)/;

function tracer(server: string, tracing: Tracing): Traced {
  return (target) =>
    (...sent) => {
      const send = (): unknown => Reflect.apply(target.query, target, sent);
      const text = tracing.active() ? textOf(sent[0]) : undefined;
      if (text === undefined) return send();
      const span = tracing.begin(FIRST_WORD.exec(text)?.[1]?.toUpperCase() ?? 'SQL', {
        kind: 'client',
        // The statement as it is sent has placeholders, and no values.
        attributes: {
          'db.system.name': 'postgresql',
          'db.query.text': text.slice(0, LONGEST_TEXT),
          'registry.server': server,
        },
      });
      const answer = span.within(send);
      if (answer instanceof Promise) {
        answer.then(
          () => span.end(),
          (error: unknown) => span.end(error),
        );
      } else if (answer instanceof Readable)
        answer.once('close', () => span.end(answer.errored ?? undefined));
      return answer;
    };
}

/** The text of a statement, of a query with parameters, or of a cursor. */
function textOf(query: unknown): string | undefined {
  if (typeof query === 'string') return query;
  if (typeof query !== 'object' || query === null) return undefined;
  if ('cursor' in query) return textOf(query.cursor);
  return 'text' in query && typeof query.text === 'string' ? query.text : undefined;
}
