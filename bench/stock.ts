import { type Data, PARTS } from './fill.ts';

/** Bundles and devices that a line uses up. Each is given out once. */
export interface Stock {
  /** The ids of Active bundles to transfer. Neighbours are of different issuances. `used` tells how many were taken. */
  transfers(atMost: number): { readonly ids: readonly number[]; used(count: number): void };
  /** Ids of Active bundles to cancel in one action. */
  cancels(count: number): readonly number[];
  /** Devices without issuances. */
  devices(count: number): readonly number[];
}

const PARTS_TO_TRANSFER = PARTS / 2;

export function createStock({ large, idleDevices }: Data): Stock {
  const issuances = large.bundles / PARTS;
  const bundle = (n: number) => large.firstBundle + (n % issuances) * PARTS + Math.floor(n / issuances);
  const transferable = PARTS_TO_TRANSFER * issuances;
  const given = { transfers: 0, cancels: transferable, devices: 0 };
  const range = (from: number, to: number) =>
    Array.from({ length: Math.max(0, to - from) }, (_, n) => from + n);
  return {
    transfers(atMost) {
      const from = given.transfers;
      const ids = range(from, Math.min(from + atMost, transferable)).map(bundle);
      if (ids.length === 0) throw new Error('the large account has no bundles left to transfer');
      const used = (count: number) => {
        given.transfers = Math.min(from + count, transferable);
      };
      return { ids, used };
    },
    cancels(count) {
      const from = given.cancels;
      given.cancels += count;
      if (given.cancels > large.bundles) throw new Error('the large account has no bundles left to cancel');
      return range(from, given.cancels).map(bundle);
    },
    devices(count) {
      const ids = idleDevices.slice(given.devices, given.devices + count);
      given.devices += count;
      if (ids.length < count) throw new Error('no devices without issuances are left');
      return ids;
    },
  };
}
