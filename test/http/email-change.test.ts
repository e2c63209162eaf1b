import { describe, expect, onTestFinished } from 'vitest';
import { startJournal } from '../../src/journal/index.ts';
import { shareAccount, untilReplicated } from '../harness/builders.ts';
import type { Client } from '../harness/client.ts';
import { test } from '../harness/fixtures.ts';
import { emailOf, post } from '../harness/login.ts';
import { waitForSequencer } from '../harness/polling.ts';
import { PASSWORD, type TestRegistry } from '../harness/registry.ts';

const anEmail = () => `${crypto.randomUUID()}@example.com`;

const ask = (client: Client, email: string, current_password = PASSWORD) =>
  client.post('/auth/change_email', { email, current_password });
const change = (admin: Client, userId: number, email: string, current_password = PASSWORD) =>
  admin.post(`/user/change_email/${userId}`, { email, current_password });
const requestsOf = async (client: Client) => (await client.get('/user/email_changes?limit=1000')).json();
const logsIn = async ({ app }: TestRegistry, username: string) =>
  (await post(app, '/auth/login', { username, password: PASSWORD })).statusCode;

describe('a request for another e-mail', () => {
  test('changes nothing until an administrator does', async ({ registry, admin }) => {
    const user = await registry.as('TRADING_USER');
    const [before, after] = [await emailOf(registry, user), anEmail()];
    expect((await ask(user, after)).statusCode).toBe(202);
    expect(await requestsOf(user)).toMatchObject([
      { id: user.userId, email: before, requested_email: after },
    ]);
    expect([await logsIn(registry, before), await logsIn(registry, after)]).toEqual([200, 401]);
    expect((await change(admin, user.userId, after)).json()).toMatchObject({ email: after, version: 2 });
    expect([await logsIn(registry, before), await logsIn(registry, after)]).toEqual([401, 200]);
    expect(await requestsOf(user)).toEqual([]);
  });

  test('is answered in the same way whether or not a user has the address', async ({ registry }) => {
    const user = await registry.as('TRADING_USER');
    const taken = await emailOf(registry, await registry.as('ADMIN'));
    const answers = [await ask(user, taken), await ask(user, anEmail()), await ask(user, taken)];
    const [first, ...others] = answers.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      names: Object.keys(headers).toSorted(),
    }));
    expect(first?.statusCode).toBe(202);
    for (const other of others) expect(other).toEqual(first);
  });

  test('takes the password, and wrong ones count as failed logins', async ({ registry }) => {
    const user = await registry.as('TRADING_USER');
    const statuses: number[] = [];
    for (let guess = 0; guess < 11; guess++)
      statuses.push((await ask(user, anEmail(), `guess ${guess}`)).statusCode);
    expect(statuses).toEqual([...Array(10).fill(422), 429]);
    expect((await ask(user, anEmail())).statusCode).toBe(429);
    expect(await requestsOf(user)).toEqual([]);
  });

  test('replaces the one before, and is withdrawn by one for the current address', async ({ registry }) => {
    const user = await registry.as('TRADING_USER');
    const last = anEmail();
    for (const email of [anEmail(), last]) await ask(user, email);
    expect(await requestsOf(user)).toMatchObject([{ requested_email: last }]);
    expect((await ask(user, await emailOf(registry, user))).statusCode).toBe(202);
    expect(await requestsOf(user)).toEqual([]);
  });

  test('is seen by its user and administrators alone, and goes with its user', async ({
    registry,
    admin,
  }) => {
    const [user, colleague] = [await registry.as('TRADING_USER'), await registry.as('TRADING_USER')];
    await shareAccount(admin, user, colleague);
    await ask(user, anEmail());
    const seen = async (client: Client) =>
      (await requestsOf(client)).filter(({ id }: { id: number }) => id === user.userId).length;
    expect([await seen(user), await seen(admin), await seen(colleague)]).toEqual([1, 1, 0]);
    await admin.delete(`/user/delete/${user.userId}`);
    expect(await seen(admin)).toBe(0);
  });
});

describe('a change of an e-mail', () => {
  test('takes the password of the administrator, and changes nothing without it', async ({
    registry,
    admin,
  }) => {
    const user = await registry.as('TRADING_USER');
    const before = await emailOf(registry, user);
    const answer = await change(admin, user.userId, anEmail(), 'a wrong password');
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toMatchObject([{ path: 'body.current_password' }]);
    expect(await emailOf(registry, user)).toBe(before);
  });

  test('does not take the address of another user, in any case', async ({ registry, admin }) => {
    const [one, other] = [await registry.as('AUDIT_USER'), await registry.as('AUDIT_USER')];
    const taken = await emailOf(registry, other);
    const answer = await change(admin, one.userId, taken.toUpperCase());
    expect(answer.statusCode).toBe(409);
    expect(answer.json().errors).toMatchObject([{ path: 'body.email' }]);
  });

  test('may only write it in another case', async ({ registry, admin }) => {
    const user = await registry.as('AUDIT_USER');
    const email = (await emailOf(registry, user)).toUpperCase();
    expect((await change(admin, user.userId, email)).json()).toMatchObject({ email });
  });

  test('tells the user by an event, and who changed it', async ({ registry, admin }) => {
    const user = await registry.as('TRADING_USER');
    await change(admin, user.userId, anEmail());
    const journal = startJournal({ writeUrl: registry.config.DATABASE_WRITE_URL, onError: () => {} });
    onTestFinished(() => journal.stop());
    await waitForSequencer(registry.primary);
    await untilReplicated(registry);
    const events = async (client: Client) =>
      (await client.get(`/events?entity_name=registry_user&entity_id=${user.userId}`)).json();
    expect((await events(user)).at(-1)).toMatchObject({
      event_type: 'UPDATE',
      attributes_before: { email_commitment: expect.any(String) },
      attributes_after: { email_commitment: expect.any(String) },
      actor_id: admin.userId,
    });
    expect(await events(await registry.as('TRADING_USER'))).toEqual([]);
  });

  test('is not a part of other edits of the user, which may send the current one back', async ({
    registry,
    admin,
  }) => {
    const user = await registry.as('TRADING_USER');
    const [email, taken] = [await emailOf(registry, user), await emailOf(registry, admin)];
    const edit = (client: Client, to: string) =>
      client.patch(`/user/update/${user.userId}`, { email: to, name: 'Me' });
    const refused = [await edit(user, anEmail()), await edit(user, taken), await edit(admin, anEmail())];
    for (const answer of refused) {
      expect(answer.statusCode).toBe(422);
      expect(answer.json().errors).toEqual(refused[0]?.json().errors);
    }
    expect((await edit(user, email)).json()).toMatchObject({ email, name: 'Me' });
  });
});
