import { expect } from 'vitest';
import type { Client } from './client.ts';

interface Event {
  readonly kind: string;
  readonly event_type: string;
  readonly label: string;
  readonly entity_id: number;
  readonly position: number | null;
  readonly actor_id: number | null;
  readonly action_id: number | null;
  readonly request_id: string | null;
  readonly details: Record<string, unknown>;
  readonly diffs: { field: string; before: unknown; after: unknown }[];
  readonly attributes_before: Record<string, unknown> | null;
  readonly attributes_after: Record<string, unknown>;
}

interface Link {
  readonly id: number;
  readonly account: { id: number | null; account_name: string };
  readonly hash: string;
  readonly recomputed_hash: string;
  readonly verified: boolean;
  readonly problem: string | null;
  readonly certificate_bundle_id_range_start: number;
  readonly certificate_bundle_id_range_end: number;
  readonly bundle_quantity: number;
}

export interface Lineage {
  readonly lineage_path: number[];
  readonly timeline: Event[];
  readonly summary: Record<string, number>;
  readonly hash_chain: { verified: boolean; facts: Record<string, unknown>; links: Link[] };
  readonly issuance: Record<string, unknown>;
}

export async function lineage(client: Client, id: number, format?: 'raw' | 'timeline'): Promise<Lineage> {
  const answer = await client.get(`/certificate/${id}/lineage${format ? `?format=${format}` : ''}`);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json();
}
