import http from 'node:http';
import { onTestFinished } from 'vitest';
import type { Client } from './client.ts';
import type { TestRegistry } from './registry.ts';

export interface StreamedEvent {
  readonly position: number;
  readonly event_type: string;
  readonly entity_name: string;
  readonly entity_id: number;
  readonly attributes_after: Record<string, unknown> | null;
}

/** A stream of events on a connection of its own. */
export interface EventStream {
  readonly status: number | undefined;
  /** The events received so far. */
  events(): StreamedEvent[];
  /** Whether the server has ended the stream. */
  ended(): boolean;
  close(): void;
}

/** Opens a stream of events. It is closed with the test. */
export async function openEventStream(
  { app }: TestRegistry,
  client: Client,
  { query = '' }: { query?: string } = {},
): Promise<EventStream> {
  const request = http.request(`${app.listeningOrigin}/events${query}`, {
    agent: false,
    headers: { ...client.authorization, accept: 'text/event-stream' },
  });
  const close = () => void request.destroy();
  onTestFinished(close);
  const answer = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.on('response', resolve).on('error', reject).end();
  });
  let text = '';
  let ended = false;
  answer.setEncoding('utf8').on('error', () => undefined);
  answer.on('close', () => {
    ended = true;
  });
  answer.on('data', (part: string) => {
    text += part;
  });
  return {
    status: answer.statusCode,
    events: () => [...text.matchAll(/^data: (.*)\n\n/gm)].map(([, json]) => JSON.parse(String(json))),
    ended: () => ended,
    close,
  };
}
