import { afterAll, describe, expect } from 'vitest';
import { type Journal, startJournal } from '../../src/journal/index.ts';
import { type Bundle, type TradingPair, untilReplicated } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { waitForSequencer } from '../harness/polling.ts';
import type { TestRegistry } from '../harness/registry.ts';

let journal: Journal;
let bundle: Bundle;
let moved: number;

interface Event {
  position: number;
  event_type: string;
  entity_name: string;
  entity_id: number;
  parent_entity_id: number | null;
  attributes_after: Record<string, unknown>;
}

test.beforeAll(async ({ registry, market }) => {
  journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });

  bundle = await market.bundle();
  const transfer = await market.transfer([bundle.id], { certificate_quantity: 40 });
  [moved] = transfer.json().resulting_bundle_ids;
  await sequenced(registry);
});
afterAll(async () => {
  await journal.stop();
});

/** Waits until every entry has its position, on the standby too. */
async function sequenced(registry: TestRegistry): Promise<void> {
  await waitForSequencer(registry.primary);
  await untilReplicated(registry);
}

const events = async (client: Client, query = ''): Promise<Event[]> => {
  const answer = await client.get(`/events?limit=1000${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
};

describe('the feed', () => {
  test('contains every journal entry once, in order, from 0 without a gap', async ({ registry, market }) => {
    const all = await events(market.admin);
    const { rows } = await registry.primary.query('SELECT count(*)::int AS n FROM journal');
    expect(all).toHaveLength(rows[0].n);
    expect(all.map(({ position }) => position)).toEqual(all.map((_, index) => index));
  });

  test('contains the history of a bundle, including its parent', async ({ market }) => {
    const history = await events(market.admin, `&entity_name=bundle&entity_id=${moved}`);
    expect(history.map(({ event_type }) => event_type)).toEqual(['CREATE', 'UPDATE']);
    expect(history[0]?.parent_entity_id).toBe(bundle.id);
    expect(history[1]?.attributes_after).toEqual({ account_id: market.target.id });
  });

  test('and the lineage of a bundle agree, at the same positions', async ({ market }) => {
    const history = (await events(market.admin, '&entity_name=bundle')).filter(({ entity_id: id }) =>
      [bundle.id, moved].includes(id),
    );
    const { timeline } = (await market.admin.get(`/certificate/${moved}/lineage?format=raw`)).json();
    expect(timeline.map(({ position }: Event) => position)).toEqual(history.map(({ position }) => position));
  });

  test('continues after a position, page by page', async ({ market }) => {
    const all = await events(market.admin);
    const seen: number[] = [];
    for (let after = ''; ; after = `&after=${seen.at(-1)}`) {
      const page: Event[] = (await market.admin.get(`/events?limit=7${after}`)).json();
      seen.push(...page.map(({ position }) => position));
      if (page.length < 7) break;
    }
    expect(seen).toEqual(all.map(({ position }) => position));
  });

  test("shows other users the history of their accounts' bundles and of their own user, and nothing else", async ({
    registry,
    market,
  }) => {
    const { userId } = market.receiver;
    const [, , ...mine] = await events(market.receiver);
    expect(await events(market.receiver, '&entity_name=registry_user')).toMatchObject([
      { event_type: 'CREATE', entity_id: userId },
      {
        event_type: 'UPDATE',
        entity_id: userId,
        attributes_after: { login_digest: expect.any(String) },
      },
    ]);
    expect(new Set(mine.map(({ entity_name, entity_id }) => `${entity_name} ${entity_id}`))).toEqual(
      new Set([`bundle ${moved}`]),
    );
    expect(mine).toMatchObject([
      { event_type: 'CREATE', actor_id: null, request_id: null, attributes_after: { account_id: null } },
      {
        event_type: 'UPDATE',
        actor_id: null,
        action_id: null,
        request_id: null,
        attributes_before: { account_id: null },
        attributes_after: { account_id: market.target.id },
      },
    ]);
    const outsider = await registry.as('AUDIT_USER');
    expect(await events(outsider, '&entity_name=bundle')).toEqual([]);
    expect(await events(outsider, `&entity_name=bundle&entity_id=${moved}`)).toEqual([]);
  });

  test.for(['after=-1', 'after=x', 'limit=0', 'limit=1001', 'entity_name=Robert;', 'entity_id=0'])(
    'with %s is refused',
    async (query, { market }) => {
      expect((await market.admin.get(`/events?${query}`)).statusCode).toBe(422);
    },
  );
});

describe('server-sent events', () => {
  async function listen(
    registry: TestRegistry,
    market: TradingPair,
    headers: Record<string, string>,
    until: (text: string) => boolean,
  ): Promise<string> {
    const url = registry.app.listeningOrigin;
    const stop = new AbortController();
    const response = await fetch(`${url}/events`, {
      headers: { ...market.admin.authorization, accept: 'text/event-stream', ...headers },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString();
      if (until(text)) break;
    }
    stop.abort();
    return text;
  }

  test.beforeAll(async ({ registry }) => {
    await registry.app.listen({ host: '127.0.0.1', port: 0 });
  });

  const idsIn = (text: string) => [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));

  test('are sent as changes happen', async ({ registry, market }) => {
    const all = await events(market.admin);
    const before = all.length;
    const text = listen(registry, market, {}, (heard) => idsIn(heard).length > before);
    await market.bundle();
    expect(idsIn(await text).slice(0, before)).toEqual(all.map(({ position }) => position));
  });

  test('end with the session of their client', async ({ registry }) => {
    const auditor = await registry.as('ADMIN');
    const response = await fetch(`${registry.app.listeningOrigin}/events`, {
      headers: { ...auditor.authorization, accept: 'text/event-stream' },
    });
    const text = response.text();
    expect((await auditor.post('/auth/logout')).statusCode).toBe(200);
    expect(await text).toContain(': registry events');
  });

  test('follow the current role of their user', async ({ registry, market }) => {
    const admin = await registry.as('ADMIN');
    const stop = new AbortController();
    const response = await fetch(`${registry.app.listeningOrigin}/events`, {
      headers: { ...admin.authorization, accept: 'text/event-stream' },
      signal: stop.signal,
    });
    await market.admin.post(`/user/change_role/${admin.userId}`, { role: 'AUDIT_USER' });
    const name = `Made later ${crypto.randomUUID()}`;
    await market.admin.post('/organisation/create', { name });
    let heard = '';
    const reading = (async () => {
      for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    // Another administrator receives the event in the same time, which shows that it was withheld.
    await listen(registry, market, {}, (text) => text.includes(name));
    stop.abort();
    await reading;
    expect(heard).not.toContain(name);
  });

  test('resume after the Last-Event-ID', async ({ registry, market }) => {
    const text = await listen(
      registry,
      market,
      { 'last-event-id': '4' },
      (heard) => idsIn(heard).length >= 2,
    );
    expect(idsIn(text)[0]).toBe(5);
  });

  test('with an invalid Last-Event-ID are refused', async ({ market }) => {
    const answer = await market.admin.get('/events', { accept: 'text/event-stream', 'last-event-id': 'x' });
    expect(answer.statusCode).toBe(422);
  });
});

describe('verification', () => {
  test('reports an intact journal', async ({ registry, market }) => {
    await sequenced(registry);
    const answer = (await market.admin.get('/events/verify')).json();
    expect(answer).toMatchObject({ difference: null });
    expect(answer.verified).toBeGreaterThan(10);
  });

  test('requires an administrator', async ({ market }) => {
    expect((await market.trader.get('/events/verify')).statusCode).toBe(403);
  });

  test('names the first entry that was edited behind the triggers', async ({ registry, market }) => {
    const client = await registry.primary.connect();
    const edit = (to: string) =>
      client.query(
        `UPDATE journal SET request_id = ${to} WHERE id = (SELECT journal_id FROM journal_position WHERE position = 6)`,
      );
    try {
      await client.query('SET session_replication_role = replica');
      const { rows } = await client.query(
        'SELECT quote_nullable(request_id) AS was FROM journal JOIN journal_position p ON p.journal_id = id WHERE position = 6',
      );
      await edit(`'forged'`);
      await untilReplicated(registry);
      const { verified, difference } = (await market.admin.get('/events/verify')).json();
      expect(verified).toBe(6);
      expect(difference).toMatch(/^position 6: the entry of event .* does not fit its hash$/);
      await edit(rows[0].was);
    } finally {
      client.release(true);
    }
  });
});
