import { refuse } from './refusal.ts';

/** Two accounts, and whether the target's whitelist names the source. An account that does not exist is not live. */
export interface TransferRequest {
  readonly sourceId: number;
  readonly targetId: number;
  readonly targetIsLive: boolean;
  readonly whitelisted: boolean;
}

/**
 * Whether certificates may go from one account to the other (rule LIFE-4).
 *
 * @throws {Refusal} `same-account`, `target-not-found` or `not-whitelisted`.
 */
export function assertTransfer({ sourceId, targetId, targetIsLive, whitelisted }: TransferRequest): void {
  if (sourceId === targetId) throw refuse.sameAccount();
  if (!targetIsLive) throw refuse.targetNotFound(targetId);
  if (!whitelisted) throw refuse.notWhitelisted(sourceId, targetId);
}
