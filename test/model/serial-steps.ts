import { expect } from 'vitest';
import { expireBatch } from '../../src/certificate/index.ts';
import { anAccount, type Bundle, untilReplicated } from '../harness/builders.ts';
import { type Piece, quantityOf } from './ledger.ts';
import type { ModelRun } from './model-run.ts';
import { answerCode } from './order.ts';
import { recur, runRecurring } from './recurring.ts';
import { hasLapsed } from './reference-model.ts';

/** Steps that run alone, because concurrent ones could not be distinguished. */

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

/** The most open accounts at a time. */
const MOST_ACCOUNTS = 12;

export async function serialStep(run: ModelRun): Promise<void> {
  const { rng, generator, ledger } = run;
  switch (rng.weighted(WEIGHTS)) {
    case 'clock':
      return run.wait(rng.between(1, 20 * 24) * HOUR_MS);
    case 'expire':
      return expire(run);
    case 'recurring':
      return recur(run);
    case 'run':
      return runRecurring(run);
    case 'members': {
      const users = Array.from({ length: rng.between(1, 3) }, () => generator.anyUser());
      const account = generator.anyAccount();
      const body = { user_ids: [...new Set(users)] };
      await run.exchange([{ kind: 'members', by: generator.userOf(account), account, body }]);
      return;
    }
    case 'close': {
      const account = (rng.chance(50) ? emptyAccount(run) : undefined) ?? generator.anyAccount();
      await run.exchange([{ kind: 'close', by: generator.userOf(account), account }]);
      return;
    }
    case 'open':
      return open(run);
    case 'move': {
      const device = rng.pick([...ledger.devices.keys()]);
      const body = { account_id: generator.anyAccount() };
      await run.exchange([{ kind: 'move device', by: generator.anyUser(), device, body }]);
      return;
    }
    case 'repeat':
      return repeat(run);
    case 'reuse':
      return reuseKey(run);
    case 'read':
      return read(run);
    case 'query':
      return query(run);
  }
}

/** Closes a new account, and tries to close one that has a device: random requests may miss both cases. */
export async function openAndClose(run: ModelRun): Promise<void> {
  for (const { account: owner } of [...run.ledger.devices.values()].slice(0, 1)) {
    await run.exchange([{ kind: 'close', by: adminOf(run), account: owner }]);
  }
  await open(run);
  const account = emptyAccount(run);
  if (account === undefined) throw new Error('an account was opened, and is not there');
  await run.exchange([{ kind: 'close', by: adminOf(run), account }]);
}

/** An open account that never held anything, of those that were opened during the history. */
function emptyAccount({ ledger }: ModelRun): number | undefined {
  const used = new Set([...ledger.pieces.values(), ...ledger.devices.values()].map(({ account }) => account));
  return [...ledger.accounts.values()].find(({ id, closed }) => !closed && !used.has(id))?.id;
}

/** The registry's own expiry: it finds exactly the due bundles, and a second tick finds none. */
async function expire(run: ModelRun): Promise<void> {
  const { ledger, registry, now } = run;
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
  run.expired += due.length;
  await untilReplicated(registry);
}

const adminOf = ({ ledger }: ModelRun) => [...ledger.roles].find(([, role]) => role === 'ADMIN')?.[0] ?? 0;

async function open(run: ModelRun): Promise<void> {
  const { ledger, rng, generator } = run;
  const accounts = [...ledger.accounts.values()].filter(({ closed }) => !closed);
  if (accounts.length >= MOST_ACCOUNTS) return;
  const admin = adminOf(run);
  const users = [...new Set([generator.anyUser(), generator.anyUser()])];
  const accepts = accounts.filter(() => rng.chance(50)).map(({ id }) => id);
  const fields = { user_ids: users, account_whitelist: accepts };
  const { id, account_name: name } = await anAccount(run.clientOf(admin), fields);
  const members = [...new Set([...users, admin])];
  ledger.accounts.set(id, { id, name, users: members, everUsers: members, accepts, closed: false });
  run.steps++;
}

/** The first answer is returned again, and nothing is done a second time. */
async function repeat(run: ModelRun): Promise<void> {
  const first = run.kept.at(-run.rng.between(1, Math.min(run.kept.length, 50)));
  if (first === undefined) return;
  const again = await run.send(first.request);
  expect(answerCode(again), JSON.stringify(first)).toBe(answerCode(first));
  expect({ ...again.body, instance: '' }).toEqual({ ...first.body, instance: '' });
  run.steps++;
}

async function reuseKey(run: ModelRun): Promise<void> {
  const kept = run.rng.pick([...run.kept.slice(-50), undefined]);
  if (kept?.request.kind !== 'act' || kept.request.key === undefined) return;
  const { request } = kept;
  const body = { ...request.body, beneficiary: `${request.body.beneficiary ?? ''} and another` };
  const answer = await run.send({ ...request, body }, request.key);
  expect(answerCode(answer), JSON.stringify(kept)).toBe('422 idempotency-key-reused');
  run.steps++;
}

/** An administrator can read closed accounts, too. */
function reaches({ ledger }: ModelRun, user: number, accountId: number): boolean {
  const role = ledger.roles.get(user);
  const account = ledger.accounts.get(accountId);
  if (role === 'ADMIN') return true;
  return role !== 'STORAGE_VALIDATOR' && account?.closed === false && account.users.includes(user);
}

async function read(run: ModelRun): Promise<void> {
  const piece = run.generator.any(() => true);
  if (piece === undefined) return;
  const user = run.rng.chance(50) ? run.generator.userOf(piece.account) : run.generator.anyUser();
  const answer = await run.clientOf(user).get(`/certificate/${run.ledger.idOf.get(piece.key)}`);
  const isVisible = reaches(run, user, piece.account);
  expect(answer.statusCode, `${piece.key} read by ${user}: ${answer.body}`).toBe(isVisible ? 200 : 404);
  if (isVisible) expect(answer.json()).toMatchObject(viewOf(run, piece));
  run.steps++;
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

/** A query finds exactly what the ledger says that the account holds. */
async function query(run: ModelRun): Promise<void> {
  const { ledger, rng, generator } = run;
  const source = generator.anyAccount();
  const user = rng.chance(80) ? generator.userOf(source) : generator.anyUser();
  const status = rng.pick([
    'Active',
    'Reserved',
    'Cancelled',
    'Claimed',
    'Withdrawn',
    'Expired',
    'Bundle Split',
    undefined,
  ]);
  const device = rng.chance(40) ? rng.pick([...ledger.devices.keys()]) : undefined;
  const answer = await run.clientOf(user).post('/certificate/query', {
    source_id: source,
    limit: 10_000,
    ...(status ? { certificate_bundle_status: status } : {}),
    ...(device ? { device_id: device } : {}),
  });
  run.steps++;
  if (!reaches(run, user, source)) {
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
