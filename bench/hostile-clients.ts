import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type HttpClient, httpClient, requestOptions, type Sent } from './hostile-http.ts';
import { type HostileRegistry, intervalBefore, PASSWORD, type Person } from './hostile-registry.ts';

/** One request of an honest client, or one event that a stream brought it. */
export interface Sample {
  readonly operation: string;
  readonly ms: number;
  /** 0 without an answer, or for a stream that broke off. */
  readonly status: number;
}

/** The average pause of a client between two requests. */
const THINK_MS = 80;

/** The address of the client that logs in, again and again. Attackers guess passwords from the same one. */
export const SHARED_ADDRESS = '127.0.0.2';

/** An honest client: what it sends next. */
interface Honest {
  readonly operation: string;
  readonly address?: string;
  next(): Sent;
}

/** How many of the 14 honest clients do what. */
function honestClients(registry: HostileRegistry): Honest[] {
  const { admin, source, target, metadataId, traders } = registry;
  const people = [...traders];
  const person = (): Person => people.shift() ?? admin;
  let [given, hours] = [0, source.bundles.length];
  const nextBundle = () => {
    const id = source.bundles[given++];
    if (id === undefined) throw new Error('the honest clients have used up all bundles');
    return {
      source_id: source.accountId,
      granular_certificate_bundle_ids: [id],
      certificate_bundle_percentage: 0.5,
    };
  };
  const clients = (count: number, operation: string, nextOf: (who: Person) => () => Sent): Honest[] =>
    Array.from({ length: count }, () => ({ operation, next: nextOf(person()) }));
  return [
    ...clients(3, 'get', ({ token }) => () => {
      const place = Math.floor(Math.random() * source.bundles.length);
      return { path: `/certificate/${source.bundles[place]}`, token };
    }),
    ...clients(2, 'query', ({ token }) => () => ({
      path: '/certificate/query',
      token,
      body: { source_id: source.accountId, limit: 100 },
    })),
    ...clients(2, 'me', ({ token }) => () => ({ path: '/user/me', token })),
    ...clients(2, 'transfer', ({ token }) => () => ({
      path: '/certificate/transfer',
      token,
      body: { ...nextBundle(), target_id: target.accountId },
    })),
    ...clients(1, 'cancel', ({ token }) => () => ({
      path: '/certificate/cancel',
      token,
      body: nextBundle(),
    })),
    ...clients(1, 'login', ({ email }) => () => ({
      path: '/auth/login',
      body: { username: email, password: PASSWORD },
    })).map((client) => ({ ...client, address: SHARED_ADDRESS })),
    {
      operation: 'issue',
      next() {
        const { start, end } = intervalBefore(hours++);
        const body = {
          device_id: source.deviceId,
          metadata_id: metadataId,
          bundle_quantity: 1_000,
          production_starting_interval: start.toISOString(),
          production_ending_interval: end.toISOString(),
        };
        return { path: '/certificate/create', token: admin.token, body };
      },
    },
  ];
}

/** The honest clients: 12 that send requests, and 2 that listen to events. */
export interface HonestLoad {
  /** Runs all clients for a time, and returns what each request took and how long each event was under way. */
  run(ms: number): Promise<Sample[]>;
  close(): void;
}

const STREAMS = 2;

export function honestLoad(registry: HostileRegistry): HonestLoad {
  const clients = honestClients(registry).map((honest, n) => ({
    ...honest,
    http: httpClient(registry.url, honest.address ?? `127.0.1.${n + 1}`),
  }));
  const watchers = registry.traders.slice(-STREAMS);
  return {
    async run(ms) {
      const until = performance.now() + ms;
      const [after] = await positionOf(registry);
      const samples = await Promise.all([
        ...clients.map((client) => sendUntil(until, client)),
        ...watchers.map((watcher, n) =>
          watchUntil(until, registry.url, { watcher, after, address: `127.0.2.${n + 1}` }),
        ),
      ]);
      return samples.flat();
    },
    close() {
      for (const { http } of clients) http.close();
    },
  };
}

async function sendUntil(
  until: number,
  { operation, next, http }: Honest & { http: HttpClient },
): Promise<Sample[]> {
  const samples: Sample[] = [];
  while (performance.now() < until) {
    const start = performance.now();
    const { status } = await http.send(next());
    samples.push({ operation, ms: performance.now() - start, status });
    await sleep(THINK_MS * (0.5 + Math.random()));
  }
  return samples;
}

/** The last position of the journal. */
async function positionOf({ owner }: HostileRegistry): Promise<[number]> {
  const { rows } = await owner.query<{ last: string }>('SELECT max(position) AS last FROM journal_position');
  return [Number(rows[0]?.last)];
}

const Event = z.object({ recorded_at: z.string() });

interface Watching {
  readonly watcher: Person;
  readonly after: number;
  readonly address: string;
}

/** Listens to events for a time. Of each event: the time from its commit to its arrival. */
function watchUntil(until: number, url: string, { watcher, after, address }: Watching): Promise<Sample[]> {
  const samples: Sample[] = [];
  const sent = {
    path: `/events?after=${after}`,
    token: watcher.token,
    headers: { accept: 'text/event-stream' },
  };
  return new Promise((resolve) => {
    const refuse = (status: number) => {
      samples.push({ operation: 'event', ms: 0, status });
      clearTimeout(timer);
      resolve(samples);
    };
    const request = http.request({ ...requestOptions(url, address, sent), agent: false }, (response) => {
      if (response.statusCode !== 200) return refuse(response.statusCode ?? 0);
      let rest = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines.filter((each) => each.startsWith('data: '))) {
          const { recorded_at: at } = Event.parse(JSON.parse(line.slice('data: '.length)));
          samples.push({ operation: 'event', ms: Date.now() - Date.parse(at), status: 200 });
        }
      });
      response.on('end', () => refuse(0)).on('error', () => undefined);
    });
    const timer = setTimeout(() => {
      request
        .removeAllListeners('error')
        .on('error', () => undefined)
        .destroy();
      resolve(samples);
    }, until - performance.now());
    request.on('error', () => refuse(0)).end();
  });
}
