import { createHash, createHmac } from 'node:crypto';
import type pg from 'pg';

/*
 * The database cannot tell the application from somebody else with its password. With a key that the password does not
 * give, each transaction proves its actor: HMAC-SHA-256 (RFC 2104) over the time, the server process of the connection
 * and the actor. Triggers on all tables that the application writes verify it (migration `0020_actor_proof`), so that
 * the password alone changes nothing, and injected SQL cannot act as another user. See decision 0033.
 */

const BLOCK_BYTES = 64;
const INNER_PAD = 0x36;
const OUTER_PAD = 0x5c;

/** A key of any length as one that fits into a block of HMAC. */
const hmacKey = (key: string) => createHash('sha256').update(key).digest();

/** Returns the proof that a transaction acts for a user (`null`: the registry itself), or an empty text without a key. */
export type ProveActor = (client: pg.ClientBase, userId: number | null) => string;

/** A proof is valid for transactions of its connection that begin within two minutes. */
export function actorProver(key: string | undefined): ProveActor {
  if (key === undefined) return () => '';
  const secret = hmacKey(key);
  return (client, userId) => {
    const seconds = Math.floor(Date.now() / 1_000);
    const text = `${seconds} ${processIdOf(client)} ${userId ?? ''}`;
    return `${seconds} ${createHmac('sha256', secret).update(text).digest('hex')}`;
  };
}

/** The process of the server that serves a connection. */
function processIdOf(client: object): number {
  if ('processID' in client && typeof client.processID === 'number') return client.processID;
  throw new Error('the connection has no process id');
}

/**
 * Makes the database require proofs by one of these keys, or no proofs without keys. The database stores the two blocks
 * that HMAC makes of a key, since PostgreSQL has SHA-256 and no HMAC of its own.
 */
export async function installActorKeys(owner: pg.ClientBase, keys: readonly string[]): Promise<void> {
  const { rows } = await owner.query<{ exists: boolean }>(
    `SELECT to_regclass('actor_key') IS NOT NULL AS exists`,
  );
  // The migrations of an earlier version, for a replay of it, lack the table.
  if (!rows[0]?.exists) return;
  const blocks = keys.map((key) => Buffer.concat([hmacKey(key), Buffer.alloc(BLOCK_BYTES)], BLOCK_BYTES));
  const padded = (pad: number) => blocks.map((block) => block.map((byte) => byte ^ pad));
  await owner.query(
    `WITH removed AS (DELETE FROM actor_key)
     INSERT INTO actor_key (inner_block, outer_block) SELECT * FROM unnest($1::bytea[], $2::bytea[])`,
    [padded(INNER_PAD), padded(OUTER_PAD)],
  );
}
