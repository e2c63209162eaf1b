import type { Account, Device, Ledger } from './ledger.ts';
import { type ActionRequest, act, refused, type Verdict } from './reference-model.ts';

/** The rules of issuing and of accounts; `reference-model.ts` has those of actions. */

const HOUR_MS = 3_600_000;

export interface IssueBody {
  readonly device_id: number;
  readonly metadata_id: number;
  readonly bundle_quantity: number;
  readonly production_starting_interval: string;
  readonly production_ending_interval: string;
}

/** The requests of a history that change the registry. */
export type Request =
  | ({ readonly kind: 'act'; readonly key?: string } & ActionRequest)
  | { readonly kind: 'issue'; readonly by: number; readonly key?: string; readonly body: IssueBody }
  | {
      readonly kind: 'whitelist';
      readonly by: number;
      readonly account: number;
      readonly body: {
        readonly add_to_whitelist: readonly number[];
        readonly remove_from_whitelist: readonly number[];
      };
    }
  | {
      readonly kind: 'members';
      readonly by: number;
      readonly account: number;
      readonly body: { readonly user_ids: readonly number[] };
    }
  | { readonly kind: 'close'; readonly by: number; readonly account: number }
  | {
      readonly kind: 'move device';
      readonly by: number;
      readonly device: number;
      readonly body: { readonly account_id: number };
    };

/** Judges a request and, unless it is refused, executes it. */
export function perform(ledger: Ledger, request: Request, now: number): Verdict {
  switch (request.kind) {
    case 'act':
      return act(ledger, request, now);
    case 'issue':
      return issue(ledger, request.by, request.body, now);
    case 'whitelist':
      return inAccount(ledger, request, (account) => {
        const { add_to_whitelist: add, remove_from_whitelist: remove } = request.body;
        const unknown = add.some((id) => id === account.id || ledger.accounts.get(id)?.closed !== false);
        if (unknown) return refused('422 invalid-fields');
        const kept = account.accepts.filter((id) => !remove.includes(id));
        ledger.set(ledger.accounts, account.id, { ...account, accepts: [...new Set([...kept, ...add])] });
        return done;
      });
    case 'members':
      return inAccount(ledger, request, (account) => {
        const { user_ids: users } = request.body;
        if (!users.every((id) => canAddUser(ledger, request.by, account, id)))
          return refused('422 invalid-fields');
        const everUsers = [...new Set([...account.everUsers, ...users])];
        ledger.set(ledger.accounts, account.id, { ...account, users, everUsers });
        return done;
      });
    case 'close':
      return inAccount(ledger, request, (account) => close(ledger, account));
    case 'move device':
      return moveDevice(ledger, request);
  }
}

/** Only administrators can add users who share no account with them and were never in this one. */
function canAddUser(ledger: Ledger, by: number, { everUsers }: Account, id: number): boolean {
  if (ledger.roles.get(by) === 'ADMIN') return ledger.roles.has(id);
  const shared = [...ledger.accounts.values()].some(
    ({ closed, users }) => !closed && users.includes(by) && users.includes(id),
  );
  return id === by || everUsers.includes(id) || shared;
}

const done: Verdict = { expected: ['200'], carry: [] };

function inAccount(
  ledger: Ledger,
  { by, account: id }: { readonly by: number; readonly account: number },
  change: (account: Account) => Verdict,
): Verdict {
  const role = ledger.roles.get(by);
  if (role === 'AUDIT_USER' || role === 'STORAGE_VALIDATOR') return refused('403 not-allowed');
  const account = ledger.accounts.get(id);
  const reaches = role === 'ADMIN' || account?.users.includes(by);
  return !account || account.closed || !reaches ? refused('404 not-found') : change(account);
}

function close(ledger: Ledger, account: Account): Verdict {
  const hasDevice = [...ledger.devices.values()].some((device) => device.account === account.id);
  const useable = ['Active', 'Reserved', 'Locked', 'Cancelled'];
  const holds = [...ledger.pieces.values()].some(
    (piece) => piece.account === account.id && useable.includes(piece.status),
  );
  if (hasDevice || holds) {
    return refused(
      ...(hasDevice ? ['409 account-has-devices'] : []),
      ...(holds ? ['409 account-holds-certificates'] : []),
    );
  }
  ledger.set(ledger.accounts, account.id, { ...account, closed: true });
  return done;
}

function moveDevice(ledger: Ledger, request: Request & { kind: 'move device' }): Verdict {
  const device = ledger.devices.get(request.device);
  const role = ledger.roles.get(request.by);
  const reaches = (account: Account | undefined) => role === 'ADMIN' || account?.users.includes(request.by);
  if (role !== 'ADMIN' && role !== 'PRODUCTION_USER') return refused('403 not-allowed');
  if (!device || !reaches(ledger.accounts.get(device.account))) return refused('404 not-found');
  const target = ledger.accounts.get(request.body.account_id);
  if (!target || target.closed || !reaches(target)) return refused('422 invalid-fields');
  ledger.set(ledger.devices, device.id, { ...device, account: target.id });
  return done;
}

function issue(ledger: Ledger, by: number, body: IssueBody, now: number): Verdict {
  if (ledger.roles.get(by) !== 'ADMIN') return refused('403 not-allowed');
  if (!(Number.isSafeInteger(body.bundle_quantity) && body.bundle_quantity >= 1)) {
    return refused('422 invalid-fields');
  }
  const device = ledger.devices.get(body.device_id);
  if (!device) return refused('404 not-found');
  const start = Date.parse(body.production_starting_interval);
  const end = Date.parse(body.production_ending_interval);
  if (!isInterval(device, start, end, now)) return refused('422 interval-invalid');
  const live = (ledger.issuances.get(device.id) ?? []).filter(
    (each) => each.start < end && start < each.end && ledger.lives(each),
  );
  const refusals = [
    ...(exceeds(device, body.bundle_quantity, end - start) ? ['422 over-capacity'] : []),
    ...(live.length > 0 ? ['409 already-issued'] : []),
  ];
  if (refusals.length > 0) return refused(...refusals);
  const name = `${device.id}-${isoOf(start)}`;
  const piece = ledger.issue(
    { name, device: device.id, start, end },
    body.bundle_quantity,
    yearAfter(end).getTime(),
  );
  return { expected: ['201'], carry: [piece.key] };
}

export const isoOf = (at: number) => new Date(at).toISOString().replace('.000Z', 'Z');

function isInterval({ minutes }: Device, start: number, end: number, now: number): boolean {
  const isAligned = [start, end].every((at) => at % (minutes * 60_000) === 0);
  return end > start && end - start <= HOUR_MS && end <= now && isAligned;
}

/** Power in whole MW and a margin of 1.1, in integer arithmetic. */
const exceeds = ({ powerMw }: Device, wh: number, ms: number) =>
  BigInt(wh) * BigInt(HOUR_MS) > BigInt(powerMw) * 1_100_000n * BigInt(ms);

/** One calendar year later: the setting of the model's registry. */
function yearAfter(end: number): Date {
  const at = new Date(end);
  const isLeapDay = at.getUTCMonth() === 1 && at.getUTCDate() === 29;
  if (isLeapDay) at.setUTCDate(28);
  at.setUTCFullYear(at.getUTCFullYear() + 1);
  return at;
}
