import { expect } from 'vitest';
import { type RegistryClient, registryClient } from '../../client/index.ts';
import { seedSampleRegistry } from '../../seed/sample-registry.ts';
import { test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

let url: string;
let token: string;

test.beforeAll(async ({ registry }) => {
  const { database, config } = registry;
  await seedSampleRegistry({ database, config, today: NOW, report: () => {} });
  url = await registry.app.listen({ host: '127.0.0.1', port: 0 });
  const { data } = await registryClient({ url }).POST('/auth/login', {
    body: { username: 'trading_user@usermail.com', password: config.SEED_PASSWORD },
  });
  token = data?.access_token ?? '';
});

async function accountsAndBundle(
  client: RegistryClient,
): Promise<{ source: number; target: number; bundle: number }> {
  const { data: accounts = [] } = await client.GET('/user/me/accounts');
  const id = (name: string) => accounts.find(({ account_name }) => account_name === name)?.id ?? 0;
  const source = id('Test Account');
  const { data } = await client.POST('/certificate/query', {
    body: { source_id: source, energy_source: 'wind', certificate_bundle_status: 'Active', limit: 1 },
  });
  const bundle = data?.granular_certificate_bundles[0]?.id ?? 0;
  return { source, target: id('Test Account 2'), bundle };
}

const transfersOf = async (registry: TestRegistry, bundle: number) =>
  (await registry.primary.query('SELECT FROM action WHERE $1 = ANY (bundle_ids)', [bundle])).rowCount;

test('requests and responses of the client are typed by the operations', async () => {
  const client = registryClient({ url, token });
  const { source, target, bundle } = await accountsAndBundle(client);
  const { data: action, error } = await client.POST('/certificate/transfer', {
    params: { query: { dry_run: true } },
    body: {
      source_id: source,
      target_id: target,
      granular_certificate_bundle_ids: [bundle],
      certificate_bundle_percentage: 0.5,
    },
  });
  expect(error).toBeUndefined();
  expect(action?.action_result).toBe('Dry run');
});

test('a problem is returned as a problem document, and not thrown', async () => {
  const { error, response } = await registryClient({ url, token }).GET('/certificate/{id}', {
    params: { path: { id: 999_999 } },
  });
  expect(response.status).toBe(404);
  expect(error?.title).toBe('Not Found');
});

test('a transfer whose response is lost is repeated, and acts once', async ({ registry }) => {
  let lost = 0;
  const client = registryClient({
    url,
    token,
    async fetch(request) {
      const response = await fetch(request);
      if (!request.url.endsWith('/certificate/transfer') || lost > 0) return response;
      lost += 1;
      throw new TypeError('fetch failed');
    },
  });
  const { source, target, bundle } = await accountsAndBundle(client);
  const body = { source_id: source, target_id: target, granular_certificate_bundle_ids: [bundle] };
  const { data, response } = await client.POST('/certificate/transfer', { body });
  expect(lost).toBe(1);
  expect(data?.action_result).toBe('Success');
  expect(response.headers.get('idempotency-replayed')).toBe('true');
  expect(await transfersOf(registry, bundle)).toBe(1);
});

test('an overloaded registry is called again after Retry-After, and its last response is returned', async () => {
  const answers = [503, 429, 503];
  let asked = 0;
  const client = registryClient({
    url,
    attempts: 3,
    fetch: async () =>
      new Response('{}', {
        status: answers[asked++] ?? 500,
        headers: { 'content-type': 'application/json' },
      }),
  });
  const { response } = await client.GET('/user/me');
  expect(asked).toBe(3);
  expect(response.status).toBe(503);
});

test('a mutation without a key is not repeated', async () => {
  let asked = 0;
  const client = registryClient({
    url,
    fetch: async () => {
      asked += 1;
      throw new TypeError('fetch failed');
    },
  });
  await expect(client.DELETE('/device/delete/{id}', { params: { path: { id: 1 } } })).rejects.toThrow(
    'fetch failed',
  );
  expect(asked).toBe(1);
});

test('the consistency token of a write is sent with later requests', async () => {
  const sent: (string | null)[] = [];
  const client = registryClient({
    url,
    token,
    fetch: (request) => {
      sent.push(request.headers.get('registry-consistency'));
      return fetch(request);
    },
  });
  const { source, bundle } = await accountsAndBundle(client);
  const body = { source_id: source, granular_certificate_bundle_ids: [bundle] };
  const { response } = await client.POST('/certificate/reserve', { body });
  await client.GET('/user/me');
  expect(sent[0]).toBeNull();
  expect(sent.at(-1)).toBe(response.headers.get('registry-consistency'));
  expect(sent.at(-1)).toMatch(/./);
});
