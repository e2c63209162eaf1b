import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';

/** A statement that the API sent, and the port of the server that received it. */
export interface Statement {
  readonly port: number;
  readonly query: string | pg.QueryConfig;
}

const current = new AsyncLocalStorage<Statement[]>();

/** Records the statements that requests to `app` cause from now on; each request starts a new list. */
export function recordStatements(app: FastifyInstance): Statement[][] {
  const calls: Statement[][] = [];
  app.addHook('onRequest', (_request, _reply, done) => {
    const statements: Statement[] = [];
    calls.push(statements);
    current.run(statements, done);
  });
  const original = pg.Client.prototype.query;
  const recording = function recorded(this: pg.Client, ...sent: unknown[]) {
    const [query, separate] = sent;
    if (typeof query === 'string') current.getStore()?.push({ port: this.port, query });
    else if (isConfig(query)) {
      const { text, values = Array.isArray(separate) ? separate : [], name } = query;
      current.getStore()?.push({ port: this.port, query: { text, values: [...values], name } });
    }
    return Reflect.apply(original, this, sent);
  };
  Object.assign(pg.Client.prototype, { query: recording });
  return calls;
}

function isConfig(query: unknown): query is pg.QueryConfig {
  return typeof query === 'object' && query !== null && 'text' in query && typeof query.text === 'string';
}
