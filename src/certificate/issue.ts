import type { Transaction } from '../database/transaction.ts';
import { assertWithinCapacity } from '../rules/capacity.ts';
import { expiryOf } from '../rules/expiry.ts';
import { bundleHash } from '../rules/hash.ts';
import { assertInterval } from '../rules/interval.ts';
import { formatIssuanceId } from '../rules/issuance-id.ts';
import { rangeAfter } from '../rules/range.ts';
import { Refusal, refuse } from '../rules/refusal.ts';
import { type BundleId, type Wh, wh } from '../rules/units.ts';
import type { Draft, Issuance } from './issuance.ts';
import {
  type IssuingDevice,
  type LiveIssuance,
  lastIssuanceIds,
  liveIssuances,
  lockDevices,
  metadataExists,
  saveIssuances,
} from './issuance-store.ts';

/** The outcome of a draft. */
export type Outcome =
  | {
      readonly result: 'issued';
      readonly bundleId: BundleId;
      readonly issuanceId: string;
      readonly quantityWh: Wh;
    }
  | { readonly result: 'already issued'; readonly issuanceId: string }
  | { readonly result: 'nothing to issue' }
  | { readonly result: 'refused'; readonly refusal: Refusal };

export interface IssueOptions {
  readonly now: Date;
  /** `fail`: an incorrect draft refuses the batch. `skip`: incorrect drafts are reported, the others are issued. */
  readonly onError: 'fail' | 'skip';
}

/**
 * Issues certificates for a batch of drafts, of any devices, with a fixed number of statements (rules ISS-1 to ISS-12).
 * Certificate ids are drawn under locks on the devices, so batches of one device wait for one another.
 *
 * @returns the outcomes, in the order of the drafts.
 *
 * @throws {Refusal} for the first incorrect draft, unless `onError` is `skip`.
 */
export async function issue(
  tx: Transaction,
  drafts: readonly Draft[],
  options: IssueOptions,
): Promise<Outcome[]> {
  const devices = await lockDevices(tx, [...new Set(drafts.map(({ deviceId }) => deviceId))]);
  const metadata = await metadataExists(tx, [...new Set(drafts.map(({ metadataId }) => metadataId))]);
  const taken = new TakenIntervals(await liveIssuances(tx, drafts));
  const lastIds = await lastIssuanceIds(tx, [...devices.keys()]);
  const issuances: Issuance[] = [];

  const outcomes = drafts.map((draft): Outcome | Issuance => {
    try {
      const device = assertIssuable(draft, devices.get(draft.deviceId), options);
      if (!metadata.has(draft.metadataId)) throw refuse.notFound('issuance metadata', draft.metadataId);
      if (draft.quantityWh <= 0) return { result: 'nothing to issue' };
      if (taken.isRepeat(draft)) return { result: 'already issued', issuanceId: issuanceIdOf(draft) };
      taken.take(draft);
      const issuance = prepare(draft, device, lastIds.get(draft.deviceId) ?? 0);
      lastIds.set(draft.deviceId, issuance.rangeEnd);
      issuances.push(issuance);
      return issuance;
    } catch (error) {
      if (!(error instanceof Refusal) || options.onError === 'fail') throw error;
      return { result: 'refused', refusal: error };
    }
  });

  const bundleIds = await saveIssuances(tx, issuances, options.now);
  for (const { quantityWh } of issuances)
    tx.onCommit({ action: 'issue', result: 'Success', energyWh: quantityWh });
  return outcomes.map((outcome) => {
    if ('result' in outcome) return outcome;
    const bundleId = bundleIds.get(outcome.issuanceId);
    if (bundleId === undefined) throw new Error(`issuance ${outcome.issuanceId} has no bundle`);
    return { result: 'issued', bundleId, issuanceId: outcome.issuanceId, quantityWh: outcome.quantityWh };
  });
}

const issuanceIdOf = ({ deviceId, start }: Draft) => formatIssuanceId({ deviceId, start });

function assertIssuable(
  draft: Draft,
  device: IssuingDevice | undefined,
  { now }: IssueOptions,
): IssuingDevice {
  if (device === undefined) throw refuse.notFound('device', draft.deviceId);
  if (!device.localDeviceIdentifier) throw refuse.deviceUnidentified(device.id);
  const { start, end } = draft;
  assertInterval({ start, end }, device, now);
  assertWithinCapacity(draft.quantityWh, {
    powerMw: device.powerMw,
    start,
    end,
    margin: device.capacityMargin,
  });
  return device;
}

function prepare(draft: Draft, device: IssuingDevice, lastId: number): Issuance {
  const quantityWh = wh(draft.quantityWh);
  const range = rangeAfter(lastId, quantityWh);
  const facts = {
    issuanceId: issuanceIdOf(draft),
    energyCarrier: draft.characteristics?.energyCarrier ?? 'electricity',
    energySource: draft.characteristics?.energySource ?? device.energySource,
    expiry: expiryOf(draft.end, device.certificateExpiryYears),
  } as const;
  const hash = bundleHash(
    {
      ...facts,
      deviceId: device.id,
      productionStart: draft.start,
      productionEnd: draft.end,
      faceValue: 1,
      metadataId: draft.metadataId,
      range,
    },
    null,
  );
  const { accountId, isStorage } = device;
  const { start: rangeStart, end: rangeEnd } = range;
  return { ...draft, ...facts, quantityWh, accountId, isStorage, rangeStart, rangeEnd, hash };
}

const HOUR_MS = 3_600_000;

/** The intervals of live issuances and of this batch, indexed by device and by the clock hours that they touch. */
class TakenIntervals {
  readonly #byHour = new Map<string, LiveIssuance[]>();

  constructor(live: readonly LiveIssuance[]) {
    for (const each of live) this.#add(each);
  }

  #hours({ deviceId, start, end }: Pick<LiveIssuance, 'deviceId' | 'start' | 'end'>): string[] {
    const first = Math.floor(start.getTime() / HOUR_MS);
    const last = Math.floor((end.getTime() - 1) / HOUR_MS);
    return Array.from({ length: last - first + 1 }, (_, index) => `${deviceId} ${first + index}`);
  }

  #add(interval: LiveIssuance): void {
    for (const hour of this.#hours(interval)) this.#byHour.set(hour, [...this.#near(hour), interval]);
  }

  #near(hour: string): readonly LiveIssuance[] {
    return this.#byHour.get(hour) ?? [];
  }

  #overlapping(draft: Draft): LiveIssuance | undefined {
    return this.#hours(draft)
      .flatMap((hour) => this.#near(hour))
      .find((each) => each.start < draft.end && draft.start < each.end);
  }

  /** Whether the same interval was issued before with the same quantity (rule ISS-9). */
  isRepeat(draft: Draft): boolean {
    const known = this.#overlapping(draft);
    return (
      known !== undefined &&
      +known.start === +draft.start &&
      +known.end === +draft.end &&
      known.quantityWh === draft.quantityWh
    );
  }

  /** @throws {Refusal} `already-issued` for an interval that overlaps another, or has another quantity (rule ISS-8). */
  take(draft: Draft): void {
    const overlap = this.#overlapping(draft);
    if (overlap) throw refuse.alreadyIssued(issuanceIdOf({ ...draft, start: overlap.start }));
    this.#add(draft);
  }
}
