import { expect } from 'vitest';
import { expireBatch } from '../../src/certificate/index.ts';
import { anAccount, type Bundle, shownEverywhere } from '../harness/builders.ts';
import { type Piece, quantityOf } from './ledger.ts';
import type { ModelRun } from './model-run.ts';
import { told } from './order.ts';
import { recur, runRecurring } from './recurring.ts';
import { hasLapsed } from './reference-model.ts';

/** Steps that are taken alone, since what comes at the same time could not be told apart from them. */

const HOUR_MS = 3_600_000;

const WEIGHTS = {
  clock: 6,
  expire: 2,
  recurring: 8,
  run: 8,
  members: 10,
  close: 8,
  open: 6,
  move: 5,
  repeat: 15,
  reuse: 5,
  read: 25,
  query: 15,
};

/** The most accounts that are open at a time. */
const MOST_ACCOUNTS = 12;

export async function serialStep(walk: ModelRun): Promise<void> {
  const { dice, aim, ledger } = walk;
  switch (dice.weighted(WEIGHTS)) {
    case 'clock':
      return walk.wait(dice.between(1, 20 * 24) * HOUR_MS);
    case 'expire':
      return expire(walk);
    case 'recurring':
      return recur(walk);
    case 'run':
      return runRecurring(walk);
    case 'members': {
      const users = Array.from({ length: dice.between(1, 3) }, () => aim.anyUser());
      const account = aim.anyAccount();
      const body = { user_ids: [...new Set(users)] };
      await walk.exchange([{ kind: 'members', by: aim.userOf(account), account, body }]);
      return;
    }
    case 'close': {
      const account = (dice.chance(50) ? emptyAccount(walk) : undefined) ?? aim.anyAccount();
      await walk.exchange([{ kind: 'close', by: aim.userOf(account), account }]);
      return;
    }
    case 'open':
      return open(walk);
    case 'move': {
      const device = dice.pick([...ledger.devices.keys()]);
      const body = { account_id: aim.anyAccount() };
      await walk.exchange([{ kind: 'move device', by: aim.anyUser(), device, body }]);
      return;
    }
    case 'repeat':
      return repeat(walk);
    case 'reuse':
      return reuseKey(walk);
    case 'read':
      return read(walk);
    case 'query':
      return query(walk);
  }
}

/**
 * An administrator closes an account that was just opened, and in vain one that has a device: what chance may leave out,
 * where accounts fill up soon and are refused for more than one reason.
 */
export async function openAndClose(walk: ModelRun): Promise<void> {
  for (const { account: owner } of [...walk.ledger.devices.values()].slice(0, 1)) {
    await walk.exchange([{ kind: 'close', by: adminOf(walk), account: owner }]);
  }
  await open(walk);
  const account = emptyAccount(walk);
  if (account === undefined) throw new Error('an account was opened, and is not there');
  await walk.exchange([{ kind: 'close', by: adminOf(walk), account }]);
}

/** An open account that never held a thing, of those that were opened on the way. */
function emptyAccount({ ledger }: ModelRun): number | undefined {
  const used = new Set([...ledger.pieces.values(), ...ledger.devices.values()].map(({ account }) => account));
  return [...ledger.accounts.values()].find(({ id, closed }) => !closed && !used.has(id))?.id;
}

/** The registry's own look for what is due: it finds just that, and a second look finds nothing. */
async function expire(walk: ModelRun): Promise<void> {
  const { ledger, registry, now } = walk;
  const due = [...ledger.pieces.values()].filter((piece) => hasLapsed(piece, now));
  let found = 0;
  for (let more = true; more; ) {
    const batch = await expireBatch(registry.database, new Date(now));
    found += batch.bundles;
    more = batch.more;
  }
  expect(found).toBe(due.length);
  expect(await expireBatch(registry.database, new Date(now))).toEqual({ bundles: 0, more: false });
  for (const piece of due) ledger.put({ ...piece, status: 'Expired' });
  ledger.settle();
  walk.expired += due.length;
  await shownEverywhere(registry);
}

const adminOf = ({ ledger }: ModelRun) => [...ledger.roles].find(([, role]) => role === 'ADMIN')?.[0] ?? 0;

async function open(walk: ModelRun): Promise<void> {
  const { ledger, dice, aim } = walk;
  const accounts = [...ledger.accounts.values()].filter(({ closed }) => !closed);
  if (accounts.length >= MOST_ACCOUNTS) return;
  const admin = adminOf(walk);
  const users = [...new Set([aim.anyUser(), aim.anyUser()])];
  const accepts = accounts.filter(() => dice.chance(50)).map(({ id }) => id);
  const fields = { user_ids: users, account_whitelist: accepts };
  const { id, account_name: name } = await anAccount(walk.clientOf(admin), fields);
  const members = [...new Set([...users, admin])];
  ledger.accounts.set(id, { id, name, users: members, everUsers: members, accepts, closed: false });
  walk.steps++;
}

/** The first answer comes again, and nothing is done a second time. */
async function repeat(walk: ModelRun): Promise<void> {
  const first = walk.kept.at(-walk.dice.between(1, Math.min(walk.kept.length, 50)));
  if (first === undefined) return;
  const again = await walk.send(first.request);
  expect(told(again), JSON.stringify(first)).toBe(told(first));
  expect({ ...again.body, instance: '' }).toEqual({ ...first.body, instance: '' });
  walk.steps++;
}

async function reuseKey(walk: ModelRun): Promise<void> {
  const kept = walk.dice.pick([...walk.kept.slice(-50), undefined]);
  if (kept?.request.kind !== 'act' || kept.request.key === undefined) return;
  const { request } = kept;
  const body = { ...request.body, beneficiary: `${request.body.beneficiary ?? ''} and another` };
  const answer = await walk.send({ ...request, body }, request.key);
  expect(told(answer), JSON.stringify(kept)).toBe('422 idempotency-key-reused');
  walk.steps++;
}

/** An administrator may look into closed accounts, too. */
function reaches({ ledger }: ModelRun, user: number, accountId: number): boolean {
  const role = ledger.roles.get(user);
  const account = ledger.accounts.get(accountId);
  if (role === 'ADMIN') return true;
  return role !== 'STORAGE_VALIDATOR' && account?.closed === false && account.users.includes(user);
}

async function read(walk: ModelRun): Promise<void> {
  const piece = walk.aim.any(() => true);
  if (piece === undefined) return;
  const user = walk.dice.chance(50) ? walk.aim.userOf(piece.account) : walk.aim.anyUser();
  const answer = await walk.clientOf(user).get(`/certificate/${walk.ledger.idOf.get(piece.key)}`);
  const isVisible = reaches(walk, user, piece.account);
  expect(answer.statusCode, `${piece.key} read by ${user}: ${answer.body}`).toBe(isVisible ? 200 : 404);
  if (isVisible) expect(answer.json()).toMatchObject(viewOf(walk, piece));
  walk.steps++;
}

function viewOf({ ledger }: ModelRun, piece: Piece): Partial<Bundle> {
  return {
    issuance_id: piece.issuance,
    certificate_bundle_status: piece.status,
    account_id: piece.account,
    certificate_bundle_id_range_start: piece.first,
    certificate_bundle_id_range_end: piece.last,
    bundle_quantity: quantityOf(piece),
    beneficiary: piece.beneficiary,
    parent_id: ledger.idOf.get(piece.parent ?? '') ?? null,
  };
}

/** A query finds what the ledger says that the account holds, and nothing else. */
async function query(walk: ModelRun): Promise<void> {
  const { ledger, dice, aim } = walk;
  const source = aim.anyAccount();
  const user = dice.chance(80) ? aim.userOf(source) : aim.anyUser();
  const status = dice.pick([
    'Active',
    'Reserved',
    'Cancelled',
    'Claimed',
    'Withdrawn',
    'Expired',
    'Bundle Split',
    undefined,
  ]);
  const device = dice.chance(40) ? dice.pick([...ledger.devices.keys()]) : undefined;
  const answer = await walk.clientOf(user).post('/certificate/query', {
    source_id: source,
    limit: 10_000,
    ...(status ? { certificate_bundle_status: status } : {}),
    ...(device ? { device_id: device } : {}),
  });
  walk.steps++;
  if (!reaches(walk, user, source)) {
    expect(answer.statusCode, answer.body).toBe(404);
    return;
  }
  expect(answer.statusCode, answer.body).toBe(202);
  const held = [...ledger.pieces.values()].filter(
    (piece) =>
      piece.account === source &&
      (status ? piece.status === status : piece.status !== 'Bundle Split') &&
      (device === undefined || piece.device === device),
  );
  const { granular_certificate_bundles: bundles, total_certificate_volume: volume } = answer.json();
  expect(volume).toBe(held.reduce((sum, piece) => sum + quantityOf(piece), 0));
  const found: number[] = bundles.map(({ id }: Bundle) => id);
  const wanted = held.flatMap(({ key }) => ledger.idOf.get(key) ?? []);
  if (held.length <= 10_000)
    expect(found.toSorted((a, b) => a - b)).toEqual(wanted.toSorted((a, b) => a - b));
}
