import { expect } from 'vitest';
import type { Client } from './client.ts';

export interface Key {
  readonly id: number;
  readonly api_key: string;
  readonly hint: string;
}

export const PRODUCER_PERMISSIONS = ['read', 'act', 'produce', 'storage'];

export async function aKey(client: Client, fields: object = {}): Promise<Key> {
  const answer = await client.post('/auth/api_keys', {
    name: 'A key',
    permissions: PRODUCER_PERMISSIONS,
    ...fields,
  });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json();
}
