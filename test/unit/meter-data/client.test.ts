import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  BmUnitFormatError,
  type ElexonClientOptions,
  ElexonError,
  elexonClient,
  type GenerationProgress,
  parseB1610,
  readingsFromB1610,
} from '../../../src/meter-data/elexon/index.ts';
import { waitOrAbort } from '../../../src/meter-data/elexon/request.ts';
import { type FakeElexon, startFakeElexon } from '../../fake/elexon/server.ts';
import { aRow } from './b1610-row.ts';

let fake: FakeElexon;
beforeEach(async () => {
  fake = await startFakeElexon();
});
afterEach(() => fake.close());

const aDay = {
  from: new Date('2026-08-01T00:00:00Z'),
  to: new Date('2026-08-02T00:00:00Z'),
  bmUnits: ['T_ABRBO-1'],
};
const aClient = (options: Partial<ElexonClientOptions> = {}) =>
  elexonClient({ baseUrl: fake.baseUrl, retries: 2, retryDelayMs: 1, timeoutMs: 5000, ...options });

async function failureOf(promise: Promise<unknown>): Promise<ElexonError> {
  const failure = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(failure instanceof ElexonError)) throw new Error(`not an ElexonError: ${String(failure)}`);
  expect(failure.message).not.toContain('\n');
  return failure;
}

describe('generation', () => {
  it('sends the window and the units in the format of the API', async () => {
    await aClient().generation({ ...aDay, bmUnits: ['T_ABRBO-1', 'T_WHILW-1'] });
    expect(fake.requests.map((url) => decodeURIComponent(url.pathname + url.search))).toEqual([
      '/bmrs/api/v1/datasets/B1610/stream?from=2026-08-01T00:00Z&to=2026-08-02T00:00Z&bmUnit=T_ABRBO-1&bmUnit=T_WHILW-1',
    ]);
  });

  it('requests one page per UTC day, cut at midnight, and reports progress after each', async () => {
    const progress: GenerationProgress[] = [];
    const from = new Date('2026-08-01T22:00:00Z');
    const to = new Date('2026-08-03T01:00:00Z');
    await aClient().generation({ ...aDay, from, to, onProgress: (step) => progress.push(step) });
    expect(fake.requests.map((url) => [url.searchParams.get('from'), url.searchParams.get('to')])).toEqual([
      ['2026-08-01T22:00Z', '2026-08-02T00:00Z'],
      ['2026-08-02T00:00Z', '2026-08-03T00:00Z'],
      ['2026-08-03T00:00Z', '2026-08-03T01:00Z'],
    ]);
    expect(progress).toEqual([
      { done: 1, total: 3, rows: 4 },
      { done: 2, total: 3, rows: 52 },
      { done: 3, total: 3, rows: 54 },
    ]);
  });

  it.each(['start', 'end'] as const)(
    'returns each half-hour once although windows overlap at the %s',
    async (end) => {
      await fake.close();
      fake = await startFakeElexon({ windowMatches: end });
      const to = new Date('2026-08-04T00:00:00Z');
      const rows = await aClient().generation({ ...aDay, to });
      expect(rows).toHaveLength(3 * 48);
      expect(new Set(rows.map((row) => row.halfHourEndTime)).size).toBe(3 * 48);
      const [unit] = readingsFromB1610(rows);
      expect(unit?.readings).toHaveLength(72);
      expect(unit?.incomplete).toEqual([]);
    },
  );

  it('splits long lists of units and requests duplicates once', async () => {
    const bmUnits = Array.from({ length: 100 }, (_, index) => `T_X-${index % 90}`);
    await aClient().generation({ ...aDay, bmUnits });
    expect(fake.requests.map((url) => url.searchParams.getAll('bmUnit').length)).toEqual([80, 10]);
  });

  it('of the whole market sends no unit', async () => {
    const rows = await aClient().generation({ ...aDay, bmUnits: 'whole market' });
    expect(fake.requests[0]?.searchParams.has('bmUnit')).toBe(false);
    expect(new Set(rows.map((row) => row.bmUnit)).size).toBeGreaterThanOrEqual(12);
  });

  it('rejects an empty window and an empty list without a request', async () => {
    await expect(aClient().generation({ ...aDay, to: aDay.from })).rejects.toThrow(RangeError);
    await expect(aClient().generation({ ...aDay, to: new Date(Number.NaN) })).rejects.toThrow(RangeError);
    await expect(aClient().generation({ ...aDay, bmUnits: [] })).rejects.toThrow(RangeError);
    expect(fake.requests).toEqual([]);
  });

  it('rejects invalid rows with row and field, without a retry', async () => {
    await fake.close();
    fake = await startFakeElexon({
      generation: () => [aRow('2026-08-01T00:30:00', 1, { bmUnit: '' })],
    });
    await expect(aClient().generation(aDay)).rejects.toThrow('B1610 row 0, bmUnit: ');
    expect(fake.requests).toHaveLength(1);
  });

  it('reads the days of clock changes as 23 and 25 hours', async () => {
    const hoursOf = async (from: string, to: string) => {
      const rows = await aClient().generation({ ...aDay, from: new Date(from), to: new Date(to) });
      return { periods: rows.length, hours: readingsFromB1610(rows)[0]?.readings.length };
    };
    expect(await hoursOf('2025-03-30T00:00:00Z', '2025-03-30T23:00:00Z')).toEqual({ periods: 46, hours: 23 });
    expect(await hoursOf('2025-10-25T23:00:00Z', '2025-10-27T00:00:00Z')).toEqual({ periods: 50, hours: 25 });
  });
});

describe('the older endpoint', () => {
  it('returns a format that the parser accepts too', async () => {
    const query = 'settlementDate=2026-08-01&settlementPeriod=3&bmUnit=T_ABRBO-1';
    const response = await fetch(`${fake.baseUrl}/datasets/B1610?${query}`);
    const rows = parseB1610(await response.json());
    expect(rows).toMatchObject([{ settlementPeriod: 3, halfHourEndTime: '2026-08-01T00:30:00' }]);
  });
});

describe('the register', () => {
  it('contains capacities in MW', async () => {
    const units = await aClient().bmUnits();
    expect(units.find((unit) => unit.bmUnit === 'T_ABRBO-1')).toMatchObject({
      bmUnitName: 'Aberdeen Offshore Wind Farm',
      fuelType: 'WIND',
      generationCapacityMw: 99,
      demandCapacityMw: -2,
    });
  });

  it('that is invalid is rejected with entry and field, without a retry', async () => {
    await fake.close();
    fake = await startFakeElexon({ register: [{ elexonBmUnit: 'T_A-1', generationCapacity: 'much' }] });
    const failure = await aClient()
      .bmUnits()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(BmUnitFormatError);
    expect(failure).toMatchObject({ message: expect.stringMatching(/entry 0, generationCapacity: /) });
    expect(fake.requests).toHaveLength(1);
  });
});

describe('temporary failures', () => {
  it.each([
    { kind: 'status', status: 429 },
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'cut before answer' },
    { kind: 'cut in answer' },
    { kind: 'truncated JSON' },
  ] as const)('two failures of kind %j are handled by two retries', async (fault) => {
    fake.failNext(fault, fault);
    await expect(aClient().generation(aDay)).resolves.toHaveLength(48);
    expect(fake.requests).toHaveLength(3);
  });

  it('a server that hangs is requested again after the timeout', async () => {
    fake.failNext({ kind: 'hang' });
    await expect(aClient({ timeoutMs: 100 }).generation(aDay)).resolves.toHaveLength(48);
  });

  it('the client waits for a Retry-After in seconds', async () => {
    fake.failNext({ kind: 'status', status: 429, retryAfter: '1' });
    const wait = vi.fn(async () => {});
    await aClient({ wait }).generation(aDay);
    expect(wait.mock.calls).toEqual([[1_000, undefined]]);
    expect(fake.requests).toHaveLength(2);
  });

  it('a Retry-After date in the past causes no wait', async () => {
    fake.failNext({ kind: 'status', status: 503, retryAfter: 'Wed, 21 Oct 2015 07:28:00 GMT' });
    const wait = vi.fn(async () => {});
    await expect(aClient({ wait }).generation(aDay)).resolves.toHaveLength(48);
    expect(wait).not.toHaveBeenCalled();
  });
});

describe('permanent failures', () => {
  it('a Retry-After beyond the limit fails with an error that contains it', async () => {
    fake.failNext({ kind: 'status', status: 429, retryAfter: '3600' });
    const failure = await failureOf(aClient().generation(aDay));
    expect(failure).toMatchObject({ kind: 'status', status: 429 });
    expect(failure.message).toContain('retry-after: 3600');
    expect(fake.requests).toHaveLength(1);
  });

  it.each([400, 401, 403, 404])('status %i is not retried', async (status) => {
    fake.failNext({ kind: 'status', status });
    expect(await failureOf(aClient().generation(aDay))).toMatchObject({ kind: 'status', status });
    expect(fake.requests).toHaveLength(1);
  });

  it('one failure more than the retries is reported with status and path', async () => {
    const fault = { kind: 'status', status: 502 } as const;
    fake.failNext(fault, fault, fault);
    const failure = await failureOf(aClient().generation(aDay));
    expect(failure.message).toMatch(
      /^127\.0\.0\.1:\d+ answered 502 to \/bmrs\/api\/v1\/datasets\/B1610\/stream: /,
    );
    expect(fake.requests).toHaveLength(3);
  });

  it('a server that always hangs causes a timeout error', async () => {
    fake.failNext({ kind: 'hang' });
    const failure = await failureOf(aClient({ timeoutMs: 50, retries: 0 }).generation(aDay));
    expect(failure).toMatchObject({ kind: 'timeout', status: null });
    expect(failure.message).toContain('within 0.05 s');
  });

  it('JSON that is always invalid causes a format error', async () => {
    fake.failNext({ kind: 'truncated JSON' });
    expect(await failureOf(aClient({ retries: 0 }).generation(aDay))).toMatchObject({ kind: 'format' });
  });

  it('without a network the message names the host and the sample data', async () => {
    const { baseUrl } = fake;
    await fake.close();
    const failure = await failureOf(aClient().generation(aDay));
    fake = await startFakeElexon();
    expect(failure.kind).toBe('network');
    expect(failure.message).toBe(
      `No connection to ${new URL(baseUrl).host} (ECONNREFUSED): check the network, or load the sample data instead (make db.seed)`,
    );
  });

  it('a host name that does not resolve is reported with its code', async () => {
    const unresolved: typeof fetch = () =>
      Promise.reject(
        new TypeError('fetch failed', {
          cause: Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }),
        }),
      );
    const failure = await failureOf(
      elexonClient({
        baseUrl: 'https://data.elexon.co.uk/bmrs/api/v1',
        fetch: unresolved,
        retries: 1,
        retryDelayMs: 1,
      }).bmUnits(),
    );
    expect(failure.message).toContain('No connection to data.elexon.co.uk (ENOTFOUND)');
  });
});

describe('an abort', () => {
  it('ends a hanging request with its reason and without a retry', async () => {
    const controller = new AbortController();
    fake.failNext({ kind: 'hang' });
    const generation = aClient().generation({ ...aDay, signal: controller.signal });
    const rejection = expect(generation).rejects.toThrow('Ctrl-C');
    await vi.waitFor(() => expect(fake.requests).toHaveLength(1), 10_000);
    controller.abort(new Error('Ctrl-C'));
    await rejection;
    expect(fake.requests).toHaveLength(1);
  });

  it('ends the wait for a Retry-After', async () => {
    fake.failNext({ kind: 'status', status: 429, retryAfter: '60' });
    const controller = new AbortController();
    const { signal } = controller;
    const wait = (ms: number, waiting: AbortSignal | undefined) => {
      const waited = waitOrAbort(ms, waiting);
      controller.abort(new Error('Ctrl-C'));
      return waited;
    };
    await expect(aClient({ wait }).generation({ ...aDay, signal })).rejects.toThrow('Ctrl-C');
    expect(fake.requests).toHaveLength(1);
  });

  it('before the start sends no request', async () => {
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(aClient().generation({ ...aDay, signal })).rejects.toThrow('too late');
    expect(fake.requests).toEqual([]);
  });
});
