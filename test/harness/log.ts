import type { FastifyBaseLogger } from 'fastify';
import { makeLog } from '../../src/log.ts';

export interface CapturedLog {
  readonly log: FastifyBaseLogger;
  /** All text so far. */
  text(): string;
  /** The lines, parsed. */
  lines(): Record<string, unknown>[];
}

/** The log of a registry, kept in memory. */
export function captureLog(level: Parameters<typeof makeLog>[0]['LOG_LEVEL'] = 'trace'): CapturedLog {
  const written: string[] = [];
  const log = makeLog({ LOG_LEVEL: level, NODE_ENV: 'test' }, { write: (line) => written.push(line) });
  return { log, text: () => written.join(''), lines: () => written.map((line) => JSON.parse(line)) };
}
