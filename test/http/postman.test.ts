import { readFile } from 'node:fs/promises';
import vm from 'node:vm';
import { expect } from 'vitest';
import type { Collection, Item } from '../../client/postman.ts';
import { seedSampleRegistry } from '../../seed/sample-registry.ts';
import { operations } from '../../src/http/operations.ts';
import { test } from '../harness/fixtures.ts';
import { NOW, type TestRegistry } from '../harness/registry.ts';

const collection: Collection = JSON.parse(await readFile('client/postman_collection.json', 'utf8'));
const [firstHour, ...folders] = collection.item;

test.beforeAll(async ({ registry }) => {
  const { database, config } = registry;
  await seedSampleRegistry({ database, config, today: NOW, report: () => {} });
});

/**
 * Sends a request as Postman does: fills in variables, omits disabled parameters, and runs the script on the response.
 */
async function send(registry: TestRegistry, item: Item, variables: Map<string, string>): Promise<number> {
  const filled = (text: string) =>
    text.replaceAll(/\{\{(\$?\w+)\}\}/g, (_, name) => variables.get(name) ?? '');
  const { url, method, header, body, auth } = item.request;
  const path = url.path.map((part) =>
    part.startsWith(':') ? filled(url.variable.find(({ key }) => key === part.slice(1))?.value ?? '') : part,
  );
  const on = (fields: readonly { key: string; value: string; disabled?: boolean }[]) =>
    Object.fromEntries(
      fields.filter(({ disabled }) => !disabled).map(({ key, value }) => [key, filled(value)]),
    );
  const answer = await registry.app.inject({
    method: method as 'GET',
    url: `/${path.join('/')}`,
    query: on(url.query),
    headers: { ...on(header), ...(auth ? {} : { authorization: `Bearer ${variables.get('token')}` }) },
    ...(body && 'raw' in body ? { payload: filled(String(body.raw)) } : {}),
  });
  const pm = {
    response: {
      json: () => answer.json(),
      to: { have: { status: (code: number) => expect(answer.statusCode, item.name).toBe(code) } },
    },
    collectionVariables: { set: (name: string, value: unknown) => variables.set(name, String(value)) },
    test: (_: string, check: () => void) => check(),
  };
  for (const { script } of item.event) vm.runInNewContext(script.exec.join('\n'), { pm });
  return answer.statusCode;
}

const variables = new Map([
  ['$timestamp', '1'],
  ...(collection.variable as { key: string; value: string }[]).map(({ key, value }): [string, string] => [
    key,
    value,
  ]),
]);

test('the folder of the guide, run from top to bottom, claims half of a bundle in another account', async ({
  registry,
}) => {
  expect(firstHour?.item.length).toBeGreaterThan(5);
  for (const item of firstHour?.item ?? []) await send(registry, item, variables);
  const { rows } = await registry.standby.query(
    `SELECT b.status, b.beneficiary, a.account_name FROM bundle b JOIN account a ON a.id = b.account_id WHERE b.id = $1`,
    [variables.get('half_id')],
  );
  expect(rows).toEqual([
    { status: 'Claimed', beneficiary: 'The school at the harbour', account_name: 'Test Account 2' },
  ]);
});

test('the folder has the steps of the guide, up to the refused claim and the issuance', () => {
  const names = firstHour?.item.map(({ name }) => name).join();
  for (const step of ['Rehearse', 'Repeat', 'Claim it again', 'events', 'Issue'])
    expect(names).toContain(step);
});

const others = folders.flatMap(({ name, item }) =>
  item.map((each) => [`${name}: ${each.name}`, each] as const),
);

test('the collection has every operation once, and ends the session last', () => {
  const sent = others.map(([, { request }]) => `${request.method} /${request.url.path.join('/')}`);
  expect(sent.toSorted()).toEqual(operations.map(({ method, path }) => `${method} ${path}`).toSorted());
  expect(sent.at(-1)).toBe('POST /auth/logout');
});

for (const [name, item] of others) {
  test(`${name} succeeds after the requests before it`, async ({ registry }) => {
    expect(await send(registry, item, variables)).toBeLessThan(300);
  });
}
