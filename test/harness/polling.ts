import { expect, vi } from 'vitest';
import type { TestRegistry } from './registry.ts';

export interface Row {
  readonly table: 'account' | 'bundle';
  readonly id: number;
}

/** Starts a request that must wait for a row, does something else meanwhile, lets it go on, and gives its answer. */
export async function whileItWaits<T>(
  { primary }: TestRegistry,
  { table, id }: Row,
  start: () => Promise<T>,
  meanwhile: () => Promise<void>,
): Promise<T> {
  const holder = await primary.connect();
  try {
    await holder.query('BEGIN');
    await holder.query(`SELECT FROM ${table} WHERE id = $1 FOR UPDATE`, [id]);
    const waiting = start();
    await vi.waitFor(async () => {
      const { rows } = await primary.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(rows.length).toBe(1);
    }, 20_000);
    await meanwhile();
    await holder.query('COMMIT');
    return await waiting;
  } finally {
    await holder.query('ROLLBACK');
    holder.release();
  }
}
