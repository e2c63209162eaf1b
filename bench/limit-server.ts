import { hash, verify } from '@node-rs/argon2';
import Fastify from 'fastify';
import pg from 'pg';
import type { LimitServerUrls } from './child.ts';
import { PASSWORD } from './fill.ts';
import { ACCOUNT, CANCEL, ONE_BUNDLE, PAGE } from './limit-statements.ts';

/*
 * The server of the limits: Fastify and pg without anything else. No authentication, validation, accounting, log or wait for the
 * standby. It receives the addresses of the databases from its parent, and answers with its own.
 */

const CONNECTIONS = 10;

/** Cost of argon2id as the registry has it: 19 MiB, 2 iterations, parallelism 1. */
const ARGON2 = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

interface Page {
  readonly account: number;
  readonly from: string;
  readonly to: string;
}

async function serve({ writeUrl, readUrl }: LimitServerUrls): Promise<string> {
  const options = { max: CONNECTIONS, options: '-c timezone=UTC' };
  const reads = new pg.Pool({ connectionString: readUrl, ...options });
  const writes = new pg.Pool({ connectionString: writeUrl, ...options });
  // Connections are lost when a line restarts the servers; the pools open new ones.
  for (const pool of [reads, writes]) pool.on('error', () => undefined);
  const passwordHash = await hash(PASSWORD, ARGON2);
  const app = Fastify();
  const one = async (name: string, text: string, values: unknown[]) =>
    (await reads.query({ name, text, values })).rows[0];

  app.get<{ Params: { id: string } }>('/certificate/:id', ({ params }) =>
    one('bundle', ONE_BUNDLE, [params.id]),
  );
  app.get<{ Params: { id: string } }>('/account/:id', ({ params }) => one('account', ACCOUNT, [params.id]));
  app.post<{ Body: Page }>('/query', async ({ body }, reply) => {
    const { fields, rows } = await reads.query<string[]>({
      name: 'page',
      text: PAGE,
      values: [body.account, body.from, body.to],
      rowMode: 'array',
      types: { getTypeParser: (oid: number) => (text: string | Buffer) => jsonOf(oid, String(text)) },
    });
    const names = fields.map(({ name }) => `"${name}":`);
    const bundles = rows.map((row) => `{${row.map((value, n) => `${names[n]}${value}`).join(',')}}`);
    return reply.type('application/json').send(`{"granular_certificate_bundles":[${bundles.join(',')}]}`);
  });
  app.post<{ Body: { bundle: number; target: number } }>('/transfer', async ({ body }) => {
    const text = 'SELECT bench_transfer($1, $2) AS id';
    return (await writes.query({ name: 'transfer', text, values: [body.bundle, body.target] })).rows[0];
  });
  app.post<{ Body: { bundles: number[] } }>('/cancel', async ({ body }) => {
    const { rowCount } = await writes.query({ name: 'cancel', text: CANCEL, values: [body.bundles] });
    return { rowCount };
  });
  app.post<{ Body: { password: string } }>('/login', async ({ body }) => ({
    valid: await verify(passwordHash, body.password),
  }));
  return app.listen({ host: '127.0.0.1', port: 0 });
}

const { BOOL, TIMESTAMPTZ, INT4, INT8, FLOAT8 } = pg.types.builtins;
const AS_THEY_ARE: ReadonlySet<number> = new Set([INT4, INT8, FLOAT8]);

/** The JSON of a value in Postgres' text format. */
function jsonOf(oid: number, text: string): string {
  if (AS_THEY_ARE.has(oid)) return text;
  if (oid === BOOL) return text === 't' ? 'true' : 'false';
  if (oid === TIMESTAMPTZ) return `"${text.slice(0, 10)}T${text.slice(11, -3)}Z"`;
  return JSON.stringify(text);
}

process.on('message', (urls: LimitServerUrls) => {
  serve(urls).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: String(error) }),
  );
});
process.on('disconnect', () => process.exit());
