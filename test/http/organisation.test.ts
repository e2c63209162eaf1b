import { afterAll, beforeAll, expect, test } from 'vitest';
import { roleNames } from '../../src/rules/enums.ts';
import type { Client } from '../harness/client.ts';
import { openRegistry, type TestRegistry } from '../harness/registry.ts';

let registry: TestRegistry;
let admin: Client;

beforeAll(async () => {
  registry = await openRegistry();
  admin = await registry.as('ADMIN');
});
afterAll(() => registry.close());

async function anOrganisation(fields: Record<string, unknown> = {}) {
  const answer = await admin.post('/organisation/create', { name: `Org ${crypto.randomUUID()}`, ...fields });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}

const FULL = {
  business_id: 'SC123456',
  email: 'office@example.com',
  website: 'https://example.com/about',
  address: '1 Quay\nAberdeen',
};

test('has a name, and all else if it likes', async () => {
  expect(await anOrganisation(FULL)).toMatchObject(FULL);
  expect(await anOrganisation()).toMatchObject({
    business_id: null,
    email: null,
    website: null,
    address: null,
  });
});

test.each([
  ['in another case', 'Windkraft Nord', 'WINDKRAFT NORD'],
  ['in another case, with letters beyond ASCII', 'Énergie Østfold', 'éNERGIE øSTFOLD'],
  ['between blanks', 'Blank Energy', '  Blank Energy '],
])('has a name that no other has %s', async (_, name, again) => {
  await anOrganisation({ name });
  const answer = await admin.post('/organisation/create', { name: again });
  expect(answer.statusCode).toBe(409);
  expect(answer.json().errors).toMatchObject([{ path: 'body.name' }]);
});

test('leaves its name to others once it is removed', async () => {
  const { id, name } = await anOrganisation();
  await admin.delete(`/organisation/delete/${id}`);
  expect((await anOrganisation({ name })).id).not.toBe(id);
});

test('is not renamed to what another is called', async () => {
  const [one, other] = [await anOrganisation(), await anOrganisation()];
  const answer = await admin.patch(`/organisation/update/${one.id}`, { name: other.name.toUpperCase() });
  expect(answer.statusCode).toBe(409);
  expect((await admin.get(`/organisation/${one.id}`)).json()).toEqual(one);
});

test('an edit changes what it names, and empties with null', async () => {
  const before = await anOrganisation(FULL);
  const answer = await admin.patch(`/organisation/update/${before.id}`, {
    website: null,
    email: 'new@example.com',
  });
  expect(answer.json()).toEqual({ ...before, website: null, email: 'new@example.com', version: 2 });
});

test('does not lose its name', async () => {
  const { id } = await anOrganisation();
  const answer = await admin.patch(`/organisation/update/${id}`, { name: null });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors).toMatchObject([{ path: 'body.name' }]);
});

test.each([
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://example.com',
  'example.com',
  '//example.com',
  'https://',
])('has no website like %s', async (website) => {
  const answer = await admin.post('/organisation/create', { name: 'Web', website });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors[0].path).toBe('body.website');
});

test('two of one name at once become one', async () => {
  const name = `Org ${crypto.randomUUID()}`;
  const answers = await Promise.all([1, 2, 3, 4].map(() => admin.post('/organisation/create', { name })));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
});

test.each(roleNames)('is known to %s', async (role) => {
  const { id, name } = await anOrganisation();
  const reader = await registry.as(role);
  expect((await reader.get(`/organisation/${id}`)).json().name).toBe(name);
});
