import type { Role } from '../../src/rules/enums.ts';

/**
 * The state that the model expects of the registry. Values are replaced, never changed, so that every step can be
 * undone.
 */

export type Status =
  | 'Active'
  | 'Reserved'
  | 'Locked'
  | 'Cancelled'
  | 'Claimed'
  | 'Expired'
  | 'Withdrawn'
  | 'Bundle Split';

/** A run of certificates of one device, by its first and last id. No two bundles ever have the same run. */
export interface Piece {
  readonly key: string;
  readonly issuance: string;
  readonly device: number;
  readonly first: number;
  readonly last: number;
  readonly account: number;
  readonly status: Status;
  /** The prior status of a lock. */
  readonly before: Status | null;
  readonly beneficiary: string | null;
  readonly parent: string | null;
  /** Milliseconds since 1970, like all instants here. */
  readonly expiry: number;
}

export interface Issuance {
  /** The name in the API; a withdrawn issuance and its replacement share it. */
  readonly name: string;
  readonly device: number;
  readonly start: number;
  readonly end: number;
  readonly first: number;
  readonly last: number;
}

export interface Account {
  readonly id: number;
  readonly name: string;
  readonly users: readonly number[];
  /** Including former users. */
  readonly everUsers: readonly number[];
  readonly accepts: readonly number[];
  readonly closed: boolean;
}

export interface Device {
  readonly id: number;
  readonly account: number;
  readonly powerMw: number;
  readonly minutes: number;
  readonly lastId: number;
}

export const keyOf = (device: number, first: number, last: number) => `${device}:${first}-${last}`;
export const quantityOf = ({ first, last }: { first: number; last: number }) => last - first + 1;

export class Ledger {
  readonly roles = new Map<number, Role>();
  readonly accounts = new Map<number, Account>();
  readonly devices = new Map<number, Device>();
  readonly pieces = new Map<string, Piece>();
  /** All issuances of a device. */
  readonly issuances = new Map<number, readonly Issuance[]>();
  /** The keys of the live pieces of an issuance, by the key of the whole of it. */
  readonly live = new Map<string, readonly string[]>();
  /** The piece of each bundle id of the registry, learnt from responses. */
  readonly byId = new Map<number, Piece['key']>();
  readonly idOf = new Map<Piece['key'], number>();
  readonly #undo: (() => void)[] = [];

  set<K, V>(map: Map<K, V>, key: K, value: V): void {
    const before = map.get(key);
    this.#undo.push(() => (before === undefined ? map.delete(key) : map.set(key, before)));
    map.set(key, value);
  }

  /** A state to return to. */
  mark(): number {
    return this.#undo.length;
  }

  backTo(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }

  /** Keeps the changes. */
  settle(): void {
    this.#undo.length = 0;
  }

  learn(id: number, key: string): void {
    this.byId.set(id, key);
    this.idOf.set(key, id);
  }

  pieceOf(id: number): Piece | undefined {
    return this.pieces.get(this.byId.get(id) ?? '');
  }

  put(piece: Piece): void {
    this.set(this.pieces, piece.key, piece);
  }

  /** Adds an issuance with the next ids, and its one bundle. */
  issue(issuance: Omit<Issuance, 'first' | 'last'>, quantity: number, expiry: number): Piece {
    const device = this.#deviceOf(issuance.device);
    const [first, last] = [device.lastId + 1, device.lastId + quantity];
    const key = keyOf(device.id, first, last);
    this.set(this.devices, device.id, { ...device, lastId: last });
    const known = this.issuances.get(device.id) ?? [];
    this.set(this.issuances, device.id, [...known, { ...issuance, first, last }]);
    this.set(this.live, key, [key]);
    const unused = { status: 'Active', before: null, beneficiary: null, parent: null } as const;
    const piece: Piece = {
      ...unused,
      key,
      issuance: issuance.name,
      device: device.id,
      first,
      last,
      account: device.account,
      expiry,
    };
    this.put(piece);
    return piece;
  }

  /** Splits a piece, and returns the first child, which has `take` certificates. */
  split(parent: Piece, take: number): Piece {
    const child = (first: number, last: number): Piece => ({
      ...parent,
      key: keyOf(parent.device, first, last),
      first,
      last,
      parent: parent.key,
    });
    const wanted = child(parent.first, parent.first + take - 1);
    const rest = child(parent.first + take, parent.last);
    this.put({ ...parent, status: 'Bundle Split' });
    this.put(wanted);
    this.put(rest);
    const whole = this.wholeOf(parent);
    const others = (this.live.get(whole) ?? []).filter((key) => key !== parent.key);
    this.set(this.live, whole, [...others, wanted.key, rest.key]);
    return wanted;
  }

  /** The key of the whole issuance that a piece belongs to. */
  wholeOf({ device, first }: Piece): string {
    const whole = this.issuances.get(device)?.find((each) => each.first <= first && first <= each.last);
    if (whole === undefined) throw new Error(`certificate ${first} of device ${device} was never issued`);
    return keyOf(device, whole.first, whole.last);
  }

  /** An issuance is live until its last live bundle is withdrawn. */
  lives({ device, first, last }: Issuance): boolean {
    const keys = this.live.get(keyOf(device, first, last)) ?? [];
    return keys.some((key) => this.pieces.get(key)?.status !== 'Withdrawn');
  }

  #deviceOf(id: number): Device {
    const device = this.devices.get(id);
    if (device === undefined) throw new Error(`there is no device ${id}`);
    return device;
  }
}
