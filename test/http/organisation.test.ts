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

test('requires a name; all other fields are optional', async ({ admin }) => {
  expect(await anOrganisation(admin, FULL)).toMatchObject(FULL);
  expect(await anOrganisation(admin)).toMatchObject({
    business_id: null,
    email: null,
    website: null,
    address: null,
  });
});

test.for([
  ['regardless of case', 'Windkraft Nord', 'WINDKRAFT NORD'],
  ['regardless of case, beyond ASCII', 'Énergie Østfold', 'éNERGIE øSTFOLD'],
  ['regardless of surrounding blanks', 'Blank Energy', '  Blank Energy '],
] as const)('has a unique name %s', async ([_, name, again], { admin }) => {
  await anOrganisation(admin, { name });
  const answer = await admin.post('/organisation/create', { name: again });
  expect(answer.statusCode).toBe(409);
  expect(answer.json().errors).toMatchObject([{ path: 'body.name' }]);
});

test('frees its name when it is deleted', async ({ admin }) => {
  const { id, name } = await anOrganisation(admin);
  await admin.delete(`/organisation/delete/${id}`);
  expect((await anOrganisation(admin, { name })).id).not.toBe(id);
});

test('cannot take the name of another', async ({ admin }) => {
  const [one, other] = [await anOrganisation(admin), await anOrganisation(admin)];
  const answer = await admin.patch(`/organisation/update/${one.id}`, { name: other.name.toUpperCase() });
  expect(answer.statusCode).toBe(409);
  expect((await admin.get(`/organisation/${one.id}`)).json()).toEqual(one);
});

test('an edit changes the given fields, and the empty text removes a value', async ({ admin }) => {
  const before = await anOrganisation(admin, FULL);
  const answer = await admin.patch(`/organisation/update/${before.id}`, {
    website: '',
    email: 'new@example.com',
    address: null,
  });
  expect(answer.json()).toEqual({ ...before, website: null, email: 'new@example.com', version: 2 });
});

test('keeps its name if it is edited to blank', async ({ admin }) => {
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
])('refuses the website %s', async (website, { admin }) => {
  const answer = await admin.post('/organisation/create', { name: 'Web', website });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors[0].path).toBe('body.website');
});

test('is created once by concurrent requests with the same name', async ({ admin }) => {
  const name = `Org ${crypto.randomUUID()}`;
  const answers = await Promise.all([1, 2, 3, 4].map(() => admin.post('/organisation/create', { name })));
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409]);
});

test.for(roleNames)('is readable by %s', async (role, { registry, admin }) => {
  const { id, name } = await anOrganisation(admin);
  const reader = await registry.as(role);
  expect((await reader.get(`/organisation/${id}`)).json().name).toBe(name);
});
