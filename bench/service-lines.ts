import { setTimeout as sleep } from 'node:timers/promises';
import { FIRST_DAY, PASSWORD, USER_EMAIL } from './fill.ts';
import { askApi, askLimits, type Line, perSecond, type Sample } from './line.ts';
import { asOwner } from './side.ts';
import type { Subject } from './subject.ts';

const login: Line = {
  name: 'login',
  work: 'login, 1 connection',
  unit: 'requests/s',
  limit: 'one argon2id hash of the same cost, Fastify',
  target: 0.8,
  async measure(subject) {
    const body = JSON.stringify({ username: USER_EMAIL, password: PASSWORD });
    const request = { method: 'POST', path: '/auth/login', body, values: [''], connections: 1 } as const;
    return perSecond(await askApi(subject, request));
  },
  async measureLimit(subject) {
    const body = JSON.stringify({ password: PASSWORD });
    const request = { method: 'POST', path: '/login', body, values: [''], connections: 1 } as const;
    return perSecond(await askLimits(subject, request));
  },
};

const start: Line = {
  name: 'start',
  work: 'start of both servers and the registry to ready, warm data',
  unit: 'ms',
  limit: 'start of both servers',
  target: 1.5,
  lessIsBetter: true,
  measure: (subject) => startAgain(subject, subject.startApi),
  measureLimit: async (subject) => {
    const sample = await startAgain(subject, async () => undefined);
    await subject.startApi();
    return sample;
  },
};

/** Stops everything, and measures the start of both servers together with `startMore`. */
async function startAgain({ side, stopApi }: Subject, startMore: () => Promise<void>): Promise<Sample> {
  const { primary, standby } = side.cluster;
  await stopApi();
  await primary.stop();
  await standby.stop();
  const started = performance.now();
  await Promise.all([primary.start(), standby.start(), startMore()]);
  return { value: performance.now() - started };
}

const ISSUED = { devices: 10, hours: 100 };

const disk: Line = {
  name: 'disk',
  work: 'disk for a bundle that was issued in bulk, with its reading and journal',
  unit: 'bytes',
  lessIsBetter: true,
  async measure({ side, stock, startIssuer }) {
    const issuer = startIssuer();
    try {
      const before = await sizeWhenOrdered(side);
      const deviceIds = stock.devices(ISSUED.devices);
      await issuer.ask({ deviceIds, metadataId: side.data.metadataId, from: FIRST_DAY, hours: ISSUED.hours });
      const growth = (await sizeWhenOrdered(side)) - before;
      return { value: growth / (ISSUED.devices * ISSUED.hours) };
    } finally {
      await issuer.stop();
    }
  },
};

/** The bytes of the database once every entry of the journal has its position. */
async function sizeWhenOrdered({ cluster }: Subject['side']): Promise<number> {
  return asOwner(cluster, async (owner) => {
    for (;;) {
      const { rows } = await owner.query<{ unordered: boolean; size: number }>(`
        SELECT coalesce((SELECT max(id) FROM journal), 0) > coalesce((SELECT max(journal_id) FROM journal_position), 0) AS unordered,
               pg_database_size(current_database())::float8 AS size`);
      if (rows[0]?.unordered === false) return rows[0].size;
      await sleep(50);
    }
  });
}

export const serviceLines: readonly Line[] = [login, start, disk];
