import { expect } from 'vitest';
import { Refusal } from '../../../src/rules/refusal.ts';

/** The refusal that `work` throws; the test fails if it throws nothing or anything else. */
export function refused(work: () => unknown): Refusal {
  try {
    work();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(Refusal);
    if (thrown instanceof Refusal) return thrown;
  }
  throw new Error('nothing was refused');
}
