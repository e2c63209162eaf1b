import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import pg from 'pg';
import { inject } from 'vitest';
import type { Anchor } from '../../src/anchor/anchor.ts';
import { directoryStore } from '../../src/anchor/directory-store.ts';
import type { KeySet } from '../../src/anchor/key-set.ts';
import { signIfDue } from '../../src/anchor/signer.ts';
import type { SigningKey } from '../../src/anchor/signing-key.ts';
import type { AnchorStore } from '../../src/anchor/store.ts';
import { type AnchoredVerified, verifyAnchoredJournal } from '../../src/anchor/verify.ts';
import { type Execute, executeOn, types } from '../../src/database/connection.ts';
import { chainHash, sequencedEntries } from '../../src/journal/index.ts';
import { sequence } from '../../src/journal/sequencer.ts';
import { aKey, keysOf } from '../harness/anchors.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { atDatabase } from '../harness/urls.ts';

export interface AnchorSetup {
  /** Statements of a superuser. */
  readonly client: pg.Client;
  readonly execute: Execute;
  readonly key: SigningKey;
  readonly keys: KeySet;
  readonly directory: string;
  readonly store: AnchorStore;
  /** Assigns positions to what was written. */
  order(): Promise<void>;
  /** The same, then signs the head if it is due; at most once per millisecond of its own clock. */
  sign(key?: SigningKey): Promise<Anchor>;
  /** The same, then copies the anchor to the directory. */
  anchor(): Promise<Anchor>;
  verify(options?: {
    since?: Anchor;
    stores?: readonly AnchorStore[];
    keys?: KeySet;
  }): Promise<AnchoredVerified>;
  /** Changes entries, then recomputes the chain from there, as an owner of the database can. */
  rewrite(change: string): Promise<void>;
  close(): Promise<void>;
}

const NEVER = new AbortController().signal;

/** The journal of a registry, ordered and signed by hand, with a directory of anchors. */
export async function openAnchorSetup({ config }: TestRegistry): Promise<AnchorSetup> {
  const name = new URL(config.DATABASE_WRITE_URL).pathname.slice(1);
  const client = new pg.Client({ connectionString: atDatabase(inject('cluster').primary, name), types });
  await client.connect();
  const execute = executeOn(client);
  const key = aKey();
  const keys = keysOf(key);
  const directory = mkdtempSync(join(tmpdir(), 'anchors-'));
  const store = directoryStore(directory);
  let now = Date.parse('2026-03-15T12:00:00Z');

  const order = async () => void (await sequence(execute, NEVER));
  const sign: AnchorSetup['sign'] = async (by = key) => {
    await order();
    now += 1;
    const options = { key: by, keys: keysOf(key, by), intervalMs: 1, now: new Date(now) };
    const anchor = await signIfDue(execute, options);
    if (anchor === undefined) throw new Error('the journal has no entry');
    return anchor;
  };
  return {
    client,
    execute,
    key,
    keys,
    directory,
    store,
    order,
    sign,
    async anchor() {
      const anchor = await sign();
      await store.put(anchor);
      return anchor;
    },
    verify: ({ since, stores = [store], keys: accepted = keys } = {}) =>
      verifyAnchoredJournal(execute, { keys: accepted, stores, since }),
    async rewrite(change) {
      await client.query('SET session_replication_role = replica');
      await client.query(change);
      await recomputeChain(client, execute);
      await client.query('SET session_replication_role = origin');
    },
    async close() {
      await client.end();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function recomputeChain(client: pg.Client, execute: Execute): Promise<void> {
  let previous = '';
  for (const entry of await sequencedEntries(execute, sql`true`, 1_000_000)) {
    previous = chainHash(previous, entry);
    await client.query(`UPDATE journal_position SET hash = decode($1, 'hex') WHERE position = $2`, [
      previous,
      entry.position,
    ]);
  }
}

/** Another empty directory in the one of the setup. */
export function anotherDirectory({ directory }: AnchorSetup): AnchorStore {
  const path = join(directory, crypto.randomUUID());
  mkdirSync(path);
  return directoryStore(path);
}
