import { refuse } from './refusal.ts';

/** A transfer between two accounts. `whitelisted`: whether the target's whitelist contains the source. */
export interface TransferRequest {
  readonly sourceId: number;
  readonly targetId: number;
  readonly targetIsLive: boolean;
  readonly whitelisted: boolean;
}

/**
 * Requires that certificates may be transferred between the accounts (rule LIFE-4).
 *
 * @throws {Refusal} `same-account`, `target-not-found` or `not-whitelisted`.
 */
export function assertTransfer({ sourceId, targetId, targetIsLive, whitelisted }: TransferRequest): void {
  if (sourceId === targetId) throw refuse.sameAccount();
  if (!targetIsLive) throw refuse.targetNotFound(targetId);
  if (!whitelisted) throw refuse.notWhitelisted(sourceId, targetId);
}
