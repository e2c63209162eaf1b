import { vi } from 'vitest';
import type { Action, TradingPair } from '../../harness/builders.ts';

/** A transfer that was answered with success. */
export interface Acknowledged {
  readonly actionId: number;
  readonly resultingBundleIds: readonly number[];
  /** Whether the response says that every standby has replayed it. */
  readonly replicated: boolean;
}

export interface Load {
  readonly acknowledged: readonly Acknowledged[];
  /** Waits for that many more responses. */
  grow(by: number): Promise<void>;
  /** Ends the load, and waits until its last request has ended. */
  end(): Promise<void>;
}

const WORKERS = 4;
const MOST_EACH = 2_000;

/** Issues bundles and transfers a part of each, several at a time, until the end or the first request that fails. */
export function startLoad(market: TradingPair): Load {
  const acknowledged: Acknowledged[] = [];
  let ended = false;

  async function work(): Promise<void> {
    for (let round = 0; round < MOST_EACH && !ended; round += 1) {
      const { id } = await market.bundle({ quantity: 100 });
      const answer = await market.transfer([id], { certificate_quantity: 30 });
      if (answer.statusCode !== 202) return;
      const action: Action = JSON.parse(answer.body);
      acknowledged.push({
        actionId: action.id,
        resultingBundleIds: action.resulting_bundle_ids,
        replicated: answer.headers['registry-replica'] === undefined,
      });
    }
  }

  // A server that is killed fails the running requests; only earlier responses count.
  const workers = Array.from({ length: WORKERS }, () => work().catch(() => undefined));

  return {
    acknowledged,
    async grow(by) {
      const goal = acknowledged.length + by;
      await vi.waitFor(
        () => {
          if (acknowledged.length < goal) throw new Error(`${acknowledged.length} of ${goal} answers`);
        },
        { timeout: 60_000, interval: 5 },
      );
    },
    async end() {
      ended = true;
      await Promise.all(workers);
    },
  };
}
