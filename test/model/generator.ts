import type { Rng } from '../harness/rng.ts';
import { type Issuance, type Ledger, type Piece, quantityOf } from './ledger.ts';
import { type ActionBody, type ActionName, hasLapsed, LIFECYCLE } from './reference-model.ts';
import { type IssueBody, isoOf, type Request } from './registry-model.ts';

/**
 * Generates requests: mostly valid ones, some with a fault or two. Whether they may succeed, the reference model
 * decides.
 */

const WEIGHTS: Readonly<Record<ActionName | 'issue' | 'whitelist', number>> = {
  transfer: 32,
  cancel: 12,
  claim: 9,
  reserve: 10,
  unreserve: 7,
  lock: 6,
  unlock: 6,
  withdraw: 5,
  issue: 10,
  whitelist: 3,
};

const PARTS = [0.01, 0.07, 0.29, 0.5, 0.3333333333333333, 0.999, 0.123456789, 1e-7, 1];
const NO_PARTS = [0, -0.5, 1.0000000000000002, 2, 1e300];
const BENEFICIARIES = ['Green Ltd', 'Bäckerei Süß', "O'Neill; --", '株式会社'];
const NOBODYS_ID = 999_999_999;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export class Generator {
  readonly #ledger: Ledger;
  readonly #rng: Rng;
  readonly #metadataId: number;
  /** Pieces to act on, including some that can no longer be used. */
  #pool: string[] = [];

  constructor(ledger: Ledger, rng: Rng, metadataId: number) {
    this.#ledger = ledger;
    this.#rng = rng;
    this.#metadataId = metadataId;
  }

  offer(key: string): void {
    this.#pool.push(key);
  }

  /** Leaves out most pieces that can no longer be used. */
  tidy(now: number): void {
    this.#pool = this.#pool.filter((key) => {
      const piece = this.#ledger.pieces.get(key);
      const isOpen = piece && ['Active', 'Reserved', 'Locked', 'Cancelled'].includes(piece.status);
      return (isOpen && !hasLapsed(piece, now)) || this.#rng.chance(25);
    });
  }

  /** The next request; one on the same bundle as `rival`, if that is given. */
  next(now: number, rival?: Piece): Request {
    const what = this.#rng.weighted(WEIGHTS);
    if (what === 'issue') return this.#issue(now);
    if (what === 'whitelist') return this.#whitelist();
    const isWild = this.#rng.chance(8);
    const fits = (piece: Piece) =>
      isWild ||
      (LIFECYCLE[what].from.includes(piece.status) && (!hasLapsed(piece, now) || this.#rng.chance(20)));
    const lead = rival ?? this.any(fits) ?? this.any(() => true);
    return lead === undefined ? this.#issue(now) : this.#act(what, lead, fits);
  }

  /** A matching piece of the pool, if a few tries find one. */
  any(fits: (piece: Piece) => boolean): Piece | undefined {
    for (let look = 0; look < 40 && this.#pool.length > 0; look++) {
      const piece = this.#ledger.pieces.get(this.#rng.pick(this.#pool));
      if (piece && this.#ledger.idOf.has(piece.key) && fits(piece)) return piece;
    }
    return undefined;
  }

  anyUser = () => this.#rng.pick([...this.#ledger.roles.keys()]);
  anyAccount = () => this.#rng.pick([...this.#ledger.accounts.keys()]);

  /** Mostly a user that may act for the account. */
  userOf(account: number): number {
    const users = this.#ledger.accounts.get(account)?.users ?? [];
    const traders = users.filter((id) => this.#isTrader(id));
    if (this.#rng.chance(5) || traders.length === 0) return this.anyUser();
    return this.#rng.chance(10) ? this.#admin() : this.#rng.pick(traders);
  }

  #isTrader(id: number): boolean {
    return ['TRADING_USER', 'PRODUCTION_USER', 'ADMIN'].includes(this.#ledger.roles.get(id) ?? '');
  }

  #admin(): number {
    const admins = [...this.#ledger.roles].filter(([, role]) => role === 'ADMIN').map(([id]) => id);
    return this.#rng.pick(admins);
  }

  #adminMostly = () => (this.#rng.chance(95) ? this.#admin() : this.anyUser());

  #act(action: ActionName, lead: Piece, fits: (piece: Piece) => boolean): Request {
    const rng = this.#rng;
    const pieces = [lead];
    for (let more = rng.pick([0, 0, 0, 1, 3]); more > 0; more--) {
      const piece = this.any((each) => each.account === lead.account && fits(each) && !pieces.includes(each));
      if (piece) pieces.push(piece);
    }
    const isAdmins = LIFECYCLE[action].by === 'administrators';
    const by = isAdmins ? this.#adminMostly() : this.userOf(lead.account);
    const body: ActionBody = {
      source_id: rng.chance(98) ? lead.account : this.anyAccount(),
      granular_certificate_bundle_ids: this.#ids(pieces),
      ...(rng.chance(20) ? { user_id: rng.chance(95) ? by : this.anyUser() } : {}),
      ...(rng.chance(isAdmins ? 4 : 60) ? this.#amount(pieces) : {}),
      ...(action === 'transfer' ? { target_id: this.target(lead.account) } : {}),
      ...(action === 'cancel' && rng.chance(40) ? { beneficiary: rng.pick(BENEFICIARIES) } : {}),
      ...(action === 'claim' && rng.chance(50) ? { beneficiary: this.#claimed(lead) } : {}),
      ...(isAdmins && rng.chance(96) ? { reason: rng.chance(3) ? ' ' : 'A reason' } : {}),
    };
    return { kind: 'act', action, by, isDry: rng.chance(8), body, ...this.#key() };
  }

  #key = () => (this.#rng.chance(12) ? { key: `key-${this.#rng.between(0, 0x7fff_ffff)}` } : {});

  #claimed({ beneficiary }: Piece): string {
    return beneficiary !== null && this.#rng.chance(90) ? beneficiary : this.#rng.pick(BENEFICIARIES);
  }

  #ids(pieces: readonly Piece[]): number[] {
    const rng = this.#rng;
    const ids = pieces.flatMap(({ key }) => this.#ledger.idOf.get(key) ?? []);
    const flaw = rng.between(1, 100);
    if (flaw === 1) return [];
    if (flaw === 2) return [...ids, rng.pick(ids)];
    if (flaw === 3) return [...ids, NOBODYS_ID];
    if (flaw === 4) return [...ids, rng.pick([0, -1, Number.MAX_SAFE_INTEGER + 1])];
    const stranger = flaw < 8 ? this.any(() => true) : undefined;
    return stranger ? [...ids, this.#ledger.idOf.get(stranger.key) ?? NOBODYS_ID] : ids;
  }

  #amount(
    pieces: readonly Piece[],
  ): Pick<ActionBody, 'certificate_quantity' | 'certificate_bundle_percentage'> {
    const rng = this.#rng;
    const total = pieces.reduce((sum, piece) => sum + quantityOf(piece), 0);
    switch (rng.weighted({ quantity: 50, percentage: 40, much: 4, wrong: 3, part: 3, both: 2 })) {
      case 'quantity':
        return {
          certificate_quantity: rng.pick([rng.between(1, total), rng.between(1, total), 1, total]),
        };
      case 'percentage':
        return { certificate_bundle_percentage: rng.pick(PARTS) };
      case 'much':
        return { certificate_quantity: total + rng.pick([1, 1_000, Number.MAX_SAFE_INTEGER - total]) };
      case 'wrong':
        return { certificate_quantity: rng.pick([0, -1, -total, 0.5, 1e21]) };
      case 'part':
        return { certificate_bundle_percentage: rng.pick(NO_PARTS) };
      case 'both':
        return { certificate_quantity: 1, certificate_bundle_percentage: 0.5 };
    }
  }

  target(source: number): number {
    const accounts = [...this.#ledger.accounts.values()];
    const willing = accounts.filter(({ accepts, closed }) => accepts.includes(source) && !closed);
    if (willing.length > 0 && this.#rng.chance(88)) return this.#rng.pick(willing).id;
    return this.#rng.chance(80) ? this.anyAccount() : NOBODYS_ID;
  }

  #whitelist(): Request {
    const account = this.anyAccount();
    const some = () => [this.anyAccount()].filter((id) => id !== account || this.#rng.chance(5));
    const removes = this.#rng.chance(25);
    const body = { add_to_whitelist: removes ? [] : some(), remove_from_whitelist: removes ? some() : [] };
    return { kind: 'whitelist', by: this.userOf(account), account, body };
  }

  #issue(now: number): Request {
    const rng = this.#rng;
    const device = rng.pick([...this.#ledger.devices.values()]);
    const step = device.minutes * 60_000;
    const latest = Math.floor(now / step) * step;
    const known = this.#ledger.issuances.get(device.id) ?? [];
    const again = known.length > 0 && rng.chance(25) ? this.#withdrawn(known) : undefined;
    const start = again?.start ?? latest - rng.between(1, Math.floor((363 * DAY_MS) / step)) * step;
    const long = rng.chance(3) ? 2 * HOUR_MS : rng.pick([step, HOUR_MS]);
    const flaw = rng.between(1, 100);
    const body: IssueBody = {
      device_id: flaw === 1 ? NOBODYS_ID : device.id,
      metadata_id: this.#metadataId,
      bundle_quantity: this.#quantity(device.powerMw),
      production_starting_interval: isoOf(flaw === 2 ? start + 1_000 : flaw === 3 ? latest : start),
      production_ending_interval: isoOf(start + (flaw === 4 ? 0 : long)),
    };
    return { kind: 'issue', by: this.#adminMostly(), body, ...this.#key() };
  }

  /** A withdrawn issuance that can be issued again, if a few tries find one. */
  #withdrawn(known: readonly Issuance[]): Issuance {
    const few = Array.from({ length: 20 }, () => this.#rng.pick(known));
    return few.find((each) => !this.#ledger.lives(each)) ?? this.#rng.pick(known);
  }

  #quantity(powerMw: number): number {
    const full = powerMw * 1_100_000;
    if (this.#rng.chance(4)) return this.#rng.pick([full, full + 1, 0, -1, 1.5]);
    return this.#rng.between(1, 5_000);
  }
}
