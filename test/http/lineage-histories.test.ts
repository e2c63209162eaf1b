import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type Account,
  aBundle,
  aDevice,
  anAccount,
  hoursAgo,
  metadata,
  untilReplicated,
} from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';

/** Random histories of one issuance in three accounts: each holder of a part receives a correct, redacted lineage. */

const SEED = Number(process.env.SEED ?? 20_260_315);

let holders: { account: Account; client: Client }[];
let issue: () => Promise<number>;

test.beforeAll(async ({ registry, admin }) => {
  holders = await Promise.all(
    ['Northern', 'Middle', 'Southern'].map(async (name) => {
      const client = await registry.as('TRADING_USER');
      return {
        client,
        account: await anAccount(admin, { account_name: `${name} holder`, user_ids: [client.userId] }),
      };
    }),
  );
  const ids = holders.map(({ account }) => account.id);
  for (const id of ids) {
    const add_to_whitelist = ids.filter((other) => other !== id);
    await admin.patch(`/account/update_whitelist/${id}`, { add_to_whitelist });
  }
  const device = await aDevice(admin, { account_id: ids[0] ?? 0 });
  const metadata_id = await metadata(admin);
  let hours = 0;
  issue = async () =>
    (await aBundle(admin, { device_id: device.id, metadata_id, quantity: 60, ...hoursAgo(hours++) })).id;
});

const step = fc.record({
  act: fc.constantFrom('transfer', 'transfer', 'transfer', 'reserve', 'unreserve', 'cancel', 'claim'),
  which: fc.nat(),
  quantity: fc.option(fc.integer({ min: 1, max: 15 })),
  target: fc.nat({ max: 2 }),
});

interface Row {
  readonly id: number;
  readonly account: number;
  readonly parent: number | null;
  readonly live: boolean;
}

async function family(registry: TestRegistry, root: number): Promise<Row[]> {
  const { rows } = await registry.primary.query<Row>(
    `SELECT id::int, account_id::int AS account, parent_id::int AS parent, status <> 'Bundle Split' AS live
     FROM bundle WHERE issuance_id = (SELECT issuance_id FROM bundle WHERE id = $1) ORDER BY id`,
    [root],
  );
  return rows;
}

async function live(
  registry: TestRegistry,
  root: number,
  steps: readonly { act: string; which: number; quantity: number | null; target: number }[],
) {
  for (const { act, which, quantity, target } of steps) {
    const candidates = (await family(registry, root)).filter((row) => row.live);
    const bundle = candidates[which % candidates.length];
    const holder = holders.find(({ account }) => account.id === bundle?.account);
    // Many steps are refused, and leave no entry in a lineage.
    await holder?.client.post(`/certificate/${act}`, {
      source_id: bundle?.account,
      granular_certificate_bundle_ids: [bundle?.id],
      certificate_quantity: quantity,
      ...(act === 'transfer' ? { target_id: holders[target]?.account.id } : {}),
      ...(act === 'cancel' ? { beneficiary: `Friends of ${holder.account.account_name}` } : {}),
    });
  }
}

interface Response {
  readonly lineage_path: number[];
  readonly hash_chain: { verified: boolean; links: { account: { id: number | null } }[] };
  readonly current_state: Record<string, unknown>;
  readonly timeline: {
    entity_id: number;
    event_id: string;
    actor_id: number | null;
    attributes_before: Record<string, unknown> | null;
    attributes_after: Record<string, unknown>;
  }[];
}

/** The lineage of a bundle as `viewer` may see it, without the data of other accounts. */
function expectRedacted(
  admin: Client,
  lineage: Response,
  viewer: (typeof holders)[number],
  text: string,
): void {
  const { account, client } = viewer;
  for (const other of holders.filter((each) => each !== viewer))
    expect(text).not.toContain(other.account.account_name);
  for (const link of lineage.hash_chain.links) expect([account.id, null]).toContain(link.account.id);
  for (const event of lineage.timeline) {
    expect([client.userId, admin.userId, null]).toContain(event.actor_id);
    for (const attributes of [event.attributes_before, event.attributes_after]) {
      if (attributes && 'account_id' in attributes)
        expect([account.id, null]).toContain(attributes.account_id);
    }
  }
}

test('each holder of a part of an issuance receives its complete lineage in order, verified and redacted', async ({
  registry,
  admin,
}) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
      const root = await issue();
      await live(registry, root, steps);
      await untilReplicated(registry);
      const rows = await family(registry, root);
      const parents = new Map(rows.map(({ id, parent }) => [id, parent]));
      for (const { id, account } of rows) {
        const all: Response = (await admin.get(`/certificate/${id}/lineage?format=raw`)).json();
        const path: number[] = [];
        for (let at: number | null | undefined = id; at; at = parents.get(at)) path.unshift(at);
        expect(all.lineage_path).toEqual(path);
        expect(all.hash_chain.verified).toBe(true);
        const journal = await registry.primary.query(
          `SELECT event_id FROM journal WHERE entity_name = 'bundle' AND entity_id = ANY ($1) ORDER BY id`,
          [path],
        );
        expect(all.timeline.map(({ event_id }) => event_id)).toEqual(
          journal.rows.map(({ event_id }) => event_id),
        );
        const own = all.timeline.filter(({ entity_id }) => entity_id === id);
        const { prior_status, ...replayed } = Object.assign(
          {},
          ...own.map((event) => event.attributes_after),
        );
        expect(all.current_state).toMatchObject(replayed);
        for (const viewer of holders) {
          const answer = await viewer.client.get(`/certificate/${id}/lineage?format=raw`);
          expect(answer.statusCode).toBe(viewer.account.id === account ? 200 : 404);
          if (answer.statusCode === 404) continue;
          const lineage: Response = answer.json();
          expect(lineage).toMatchObject({ lineage_path: path, hash_chain: { verified: true } });
          expect(lineage.timeline.map(({ event_id }) => event_id)).toEqual(
            all.timeline.map(({ event_id }) => event_id),
          );
          expectRedacted(admin, lineage, viewer, answer.body);
        }
      }
    }),
    { numRuns: 24, seed: SEED },
  );
  const { rows } = await registry.primary.query(
    `SELECT count(*) FILTER (WHERE attributes_after ? 'account_id' AND event_type = 'UPDATE')::int AS transfers,
            count(*) FILTER (WHERE parent_entity_id IS NOT NULL AND event_type = 'CREATE')::int AS children
     FROM journal WHERE entity_name = 'bundle'`,
  );
  expect(rows[0].transfers).toBeGreaterThan(10);
  expect(rows[0].children).toBeGreaterThan(20);
});
