import { expect } from 'vitest';
import { roleNames } from '../../src/rules/enums.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';

async function anOrganisation(admin: Client, fields: Record<string, unknown> = {}) {
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

test('has a name, and all else if it likes', async ({ admin }) => {
  expect(await anOrganisation(admin, FULL)).toMatchObject(FULL);
  expect(await anOrganisation(admin)).toMatchObject({
    business_id: null,
    email: null,
    website: null,
    address: null,
  });
});

test.for([
  ['in another case', 'Windkraft Nord', 'WINDKRAFT NORD'],
  ['in another case, with letters beyond ASCII', 'Énergie Østfold', 'éNERGIE øSTFOLD'],
  ['between blanks', 'Blank Energy', '  Blank Energy '],
] as const)('has a name that no other has %s', async ([_, name, again], { admin }) => {
  await anOrganisation(admin, { name });
  const answer = await admin.post('/organisation/create', { name: again });
  expect(answer.statusCode).toBe(409);
  expect(answer.json().errors).toMatchObject([{ path: 'body.name' }]);
});

test('leaves its name to others once it is removed', async ({ admin }) => {
  const { id, name } = await anOrganisation(admin);
  await admin.delete(`/organisation/delete/${id}`);
  expect((await anOrganisation(admin, { name })).id).not.toBe(id);
});

test('is not renamed to what another is called', async ({ admin }) => {
  const [one, other] = [await anOrganisation(admin), await anOrganisation(admin)];
  const answer = await admin.patch(`/organisation/update/${one.id}`, { name: other.name.toUpperCase() });
  expect(answer.statusCode).toBe(409);
  expect((await admin.get(`/organisation/${one.id}`)).json()).toEqual(one);
});

test('an edit changes what it names, and the empty text removes a value', async ({ admin }) => {
  const before = await anOrganisation(admin, FULL);
  const answer = await admin.patch(`/organisation/update/${before.id}`, {
    website: '',
    email: 'new@example.com',
    address: null,
  });
  expect(answer.json()).toEqual({ ...before, website: null, email: 'new@example.com', version: 2 });
});

test('does not lose its name', async ({ admin }) => {
  const { id } = await anOrganisation(admin);
  const answer = await admin.patch(`/organisation/update/${id}`, { name: '' });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors).toMatchObject([{ path: 'body.name' }]);
});

test.for([
  'javascript:alert(1)',
  'data:text/html,x',
  'ftp://example.com',
  'example.com',
  '//example.com',
  'https://',
])('has no website like %s', async (website, { admin }) => {
  const answer = await admin.post('/organisation/create', { name: 'Web', website });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors[0].path).toBe('body.website');
});

test('two of one name at once become one', async ({ admin }) => {
  const name = `Org ${crypto.randomUUID()}`;
  const answers = await Promise.all([1, 2, 3, 4].map(() => admin.post('/organisation/create', { name })));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
});

test.for(roleNames)('is known to %s', async (role, { registry, admin }) => {
  const { id, name } = await anOrganisation(admin);
  const reader = await registry.as(role);
  expect((await reader.get(`/organisation/${id}`)).json().name).toBe(name);
});
