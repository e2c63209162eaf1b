import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { expiryOf } from '../src/rules/expiry.ts';
import { FIRST_DAY } from './fill.ts';
import { askApi, askLimits, type Line, perSecond, type Sample } from './line.ts';
import { asOwner } from './side.ts';
import type { Subject } from './subject.ts';

/** More than any server here answers in a second. */
const MOST_TRANSFERS_PER_SECOND = 4_000;

async function transfers(
  subject: Subject,
  ask: typeof askApi,
  request: { readonly path: string; readonly body: string },
): Promise<Sample> {
  const { ids, used } = subject.stock.transfers(MOST_TRANSFERS_PER_SECOND * subject.seconds);
  const result = await ask(subject, { method: 'POST', ...request, values: ids.map(String) });
  used(result.valuesTaken ?? 0);
  return perSecond(result);
}

const transfer: Line = {
  name: 'transfer',
  work: 'transfer of half a bundle, 16 connections',
  unit: 'requests/s',
  limit: 'one SQL function that writes the same rows, Fastify and pg',
  target: 0.5,
  measure(subject) {
    const { large, target } = subject.side.data;
    const parties = `"source_id":${large.id},"target_id":${target.id}`;
    return transfers(subject, askApi, {
      path: '/certificate/transfer',
      body: `{${parties},"granular_certificate_bundle_ids":[{}],"certificate_bundle_percentage":0.5}`,
    });
  },
  measureLimit(subject) {
    const body = `{"bundle":{},"target":${subject.side.data.target.id}}`;
    return transfers(subject, askLimits, { path: '/transfer', body });
  },
};

const CANCELLED_AT_ONCE = 1_000;

async function cancels(
  subject: Subject,
  ask: typeof askApi,
  request: { readonly path: string; readonly body: string },
): Promise<Sample> {
  const requests = Math.ceil(2 * subject.seconds);
  const values = Array.from({ length: requests + 1 }, () =>
    subject.stock.cancels(CANCELLED_AT_ONCE).join(','),
  );
  return perSecond(
    await ask(subject, { method: 'POST', ...request, connections: 1, requests, values }),
    CANCELLED_AT_ONCE,
  );
}

const cancel: Line = {
  name: 'cancel',
  work: 'cancel of 1 000 bundles in one action',
  unit: 'bundles/s',
  limit: 'one UPDATE of 1 000 rows, Fastify and pg',
  target: 0.5,
  measure(subject) {
    const body = `{"source_id":${subject.side.data.large.id},"granular_certificate_bundle_ids":[{}]}`;
    return cancels(subject, askApi, { path: '/certificate/cancel', body });
  },
  measureLimit: (subject) => cancels(subject, askLimits, { path: '/cancel', body: '{"bundles":[{}]}' }),
};

const ISSUING_DEVICES = 10;
const hoursOf = ({ seconds }: Subject) => Math.min(500, Math.ceil(100 * seconds));

const issue: Line = {
  name: 'issue',
  work: 'bulk issuance: readings, issuances and bundles',
  unit: 'bundles/s',
  limit: 'COPY of the same rows into the same tables',
  target: 0.5,
  async measure(subject) {
    const { stock, side } = subject;
    const issuer = subject.startIssuer();
    const hours = hoursOf(subject);
    const batch = { metadataId: side.data.metadataId, from: FIRST_DAY };
    try {
      // The first batch only prepares statements and compiles code.
      await issuer.ask({ ...batch, deviceIds: stock.devices(1), hours: 100 });
      const elapsedMs = await issuer.ask({ ...batch, deviceIds: stock.devices(ISSUING_DEVICES), hours });
      return perSecond({ completed: ISSUING_DEVICES * hours, elapsedMs });
    } finally {
      await issuer.stop();
    }
  },
  async measureLimit(subject) {
    const hours = hoursOf(subject);
    const deviceIds = subject.stock.devices(ISSUING_DEVICES);
    return perSecond({
      completed: deviceIds.length * hours,
      elapsedMs: await copy(subject, deviceIds, hours),
    });
  },
};

/** Copies the rows that bulk issuance would write, in one transaction. Returns milliseconds. */
async function copy({ side }: Subject, deviceIds: readonly number[], hours: number): Promise<number> {
  const rows = deviceIds.length * hours;
  const { firstId, expiryYears } = await asOwner(side.cluster, async (owner) => {
    const { rows: drawn } = await owner.query<{ first: string; years: number }>(
      `SELECT nextval('issuance_id_seq') AS first, setval('issuance_id_seq', nextval('issuance_id_seq') + $1),
              certificate_expiry_years AS years FROM current_issuance_policy()`,
      [rows],
    );
    return { firstId: Number(drawn[0]?.first), expiryYears: Number(drawn[0]?.years) };
  });
  const texts = copyTexts({ deviceIds, hours, firstId, expiryYears, metadataId: side.data.metadataId });
  const client = new pg.Client({ connectionString: side.environment.DATABASE_WRITE_URL });
  await client.connect();
  try {
    const started = performance.now();
    await client.query('BEGIN');
    for (const [table, text] of texts)
      await pipeline([text], client.query(copyFrom(`COPY ${table} FROM STDIN`)));
    await client.query('COMMIT');
    return performance.now() - started;
  } finally {
    await client.end();
  }
}

const HOUR_MS = 3_600_000;
const ENERGY_WH = 1_000_000;

function copyTexts({
  deviceIds,
  hours,
  firstId,
  expiryYears,
  metadataId,
}: {
  readonly deviceIds: readonly number[];
  readonly hours: number;
  readonly firstId: number;
  readonly expiryYears: number;
  readonly metadataId: number;
}): [table: string, text: string][] {
  const slots = deviceIds.flatMap((device, n) =>
    Array.from({ length: hours }, (_, hour) => {
      const instant = (of: number) => new Date(Date.parse(FIRST_DAY) + of * HOUR_MS).toISOString();
      const range = [hour * ENERGY_WH + 1, (hour + 1) * ENERGY_WH];
      const [start, end] = [instant(hour), instant(hour + 1)];
      const expiry = expiryOf(new Date(end), expiryYears).toISOString();
      return { id: firstId + n * hours + hour, device, start, end, range, expiry };
    }),
  );
  const lines = (rowOf: (slot: (typeof slots)[number]) => unknown[]) =>
    slots.map((slot) => `${rowOf(slot).join('\t')}\n`).join('');
  const hash = `\\\\x${'ab'.repeat(32)}`;
  return [
    [
      'measurement_report (device_id, interval_start, interval_end, interval_usage)',
      lines(({ device, start, end }) => [device, start, end, ENERGY_WH]),
    ],
    [
      'issuance (id, issuance_id, device_id, metadata_id, production_start, production_end, energy_source, range_start, range_end, expiry)',
      lines(({ id, device, start, end, range, expiry }) => [
        ...[id, `${device}-${start}`, device, metadataId, start, end, 'wind', ...range, expiry],
      ]),
    ],
    [
      'bundle (issuance_id, account_id, range_start, range_end, hash, device_id, production_start)',
      lines(({ id, device, start, range }) => [id, 1, ...range, hash, device, start]),
    ],
  ];
}

export const writeLines: readonly Line[] = [transfer, cancel, issue];
