import { expect } from 'vitest';
import type { Bundle } from './builders.ts';
import type { Client } from './client.ts';

export interface QueryAnswer {
  granular_certificate_bundles: Bundle[];
  total_certificate_volume: number;
  next_cursor: string | null;
}

type Filter = Readonly<Record<string, unknown>>;

/** Queries certificates; the query must succeed. */
export async function ask(client: Client, filter: Filter): Promise<QueryAnswer> {
  const answer = await client.post('/certificate/query', { ...filter });
  expect(answer.statusCode, answer.body).toBe(202);
  return answer.json();
}

export const idsOf = (bundles: readonly { id: number }[]): number[] => bundles.map(({ id }) => id);

/** The ids of the bundles that a query finds, in order. */
export async function find(client: Client, filter: Filter): Promise<number[]> {
  return idsOf((await ask(client, filter)).granular_certificate_bundles);
}
