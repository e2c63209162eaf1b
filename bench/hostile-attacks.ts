import http from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpClient, httpClient, payloadOf, requestOptions, type Sent } from './hostile-http.ts';

/*
 * The attacks, each by users of their own, who hold bundles and may do what traders and auditors may. An attack is
 * bounded: in the number of its connections, and in its rate once the registry refuses it.
 */

/** What an attacker knows. It crosses from one process to another, so it is data. */
export interface Target {
  readonly url: string;
  readonly traderToken: string;
  readonly auditorToken: string;
  readonly watcherToken: string;
  /** Whose password is guessed. */
  readonly victim: string;
  /** The address of the attackers, and the one that they share with an honest client that logs in. */
  readonly address: string;
  readonly sharedAddress: string;
  readonly accountId: number;
  readonly bundles: readonly number[];
}

export interface Attack {
  /** The number of the attack in docs/SECURITY.md. */
  readonly number: number;
  readonly what: string;
  /** Attacks until the signal is aborted. */
  run(target: Target, tally: Tally, signal: AbortSignal): Promise<void>;
}

/** Counts the answers to an attack by their status. 0: none, or broken off. */
export type Tally = (status: number) => void;

/** Runs clients at the same time, each in a loop with a pause, until the signal is aborted. */
async function inLoops(
  { url, address }: Pick<Target, 'url' | 'address'>,
  { clients, pauseMs }: { clients: number; pauseMs: number },
  tally: Tally,
  signal: AbortSignal,
  next: (client: number, round: number) => Sent,
): Promise<void> {
  const loop = async (client: number) => {
    const http: HttpClient = httpClient(url, address);
    const stop = () => http.close();
    signal.addEventListener('abort', stop, { once: true });
    for (let round = 0; !signal.aborted; round++) {
      tally((await http.send(next(client, round))).status);
      await pause(pauseMs, signal);
    }
  };
  await Promise.all(Array.from({ length: clients }, (_, client) => loop(client)));
}

const pause = (ms: number, signal: AbortSignal) => sleep(ms, undefined, { signal }).catch(() => undefined);

/** Opens streams and holds them; one that is refused or ends is opened again after a pause. */
async function holdStreams(
  { url, address }: Pick<Target, 'url' | 'address'>,
  { streams, pauseMs, reads }: { streams: number; pauseMs: number; reads: boolean },
  tally: Tally,
  signal: AbortSignal,
  sent: Sent,
): Promise<void> {
  const hold = async () => {
    while (!signal.aborted) {
      const request = http.request({ ...requestOptions(url, address, sent), agent: false, signal });
      const over = new Promise((closed) => request.once('close', closed));
      request
        .on('error', () => tally(0))
        .on('response', (response) => {
          tally(response.statusCode ?? 0);
          response.on('error', () => undefined);
          if (reads || response.statusCode !== 202) response.resume();
          else response.once('readable', () => response.read());
        });
      request.end(payloadOf(sent));
      await over;
      await pause(pauseMs, signal);
    }
  };
  await Promise.all(Array.from({ length: streams }, hold));
}

const MEBIBYTES_2 = 2_097_152;

/** Bodies of nearly 2 MiB, the largest that the registry takes anywhere, that are expensive to read. */
function costlyBodies({ accountId }: Target) {
  const depth = MEBIBYTES_2 / 2 - 100;
  const nested = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const ids = `{"source_id":${accountId},"granular_certificate_bundle_ids":[${'1,'.repeat(1_000_000)}1]}`;
  const keys = Array.from({ length: 150_000 }, (_, n) => `"k${n}":1`).join(',');
  return { nested, ids, keys: `{${keys}}` };
}

/** Ids of bundles that do not exist: more than the registry ever gives out in a run. */
const foreignIds = (round: number) =>
  Array.from({ length: 10_000 }, (_, n) => 1_000_000_000 + round * 10_000 + n);

const dryRun = ({ accountId, bundles }: Target) => ({
  source_id: accountId,
  granular_certificate_bundle_ids: bundles.slice(0, 4_500),
  certificate_bundle_percentage: 0.5,
});

const RECURRING = {
  certificate_quantity: 1,
  recurring_action_period_units: 'days',
  recurring_action_period_quantity: 1,
  number_of_recurring_actions: 1_000,
};

const FAR_FUTURE = 'FFFFFFFF/FFFFFFFF';

export const attacks = {
  streams: {
    number: 1,
    what: '20 downloads of 12 000 bundles that read one packet and stop',
    run: (target, tally, signal) =>
      holdStreams(target, { streams: 20, pauseMs: 500, reads: false }, tally, signal, {
        path: '/certificate/query_full',
        token: target.auditorToken,
        headers: { accept: 'application/x-ndjson' },
        body: { source_id: target.accountId },
      }),
  },
  bodies: {
    number: 2,
    what: '4 clients send bodies of 2 MiB: nested brackets, a million ids, 150 000 unknown fields',
    async run(target, tally, signal) {
      const { nested, ids, keys } = costlyBodies(target);
      const token = target.traderToken;
      const bodies: readonly Sent[] = [
        { path: '/auth/login', body: nested },
        { path: '/certificate/transfer', token, body: ids },
        { path: '/auth/login', body: keys },
        { path: '/certificate/query', token, body: keys },
      ];
      await inLoops(target, { clients: 4, pauseMs: 50 }, tally, signal, (client, round) => {
        return bodies[(client + round) % bodies.length] ?? { path: '/' };
      });
    },
  },
  writers: {
    number: 3,
    what: '12 clients split 4 500 bundles in dry runs',
    async run(target, tally, signal) {
      const body = JSON.stringify(dryRun(target));
      await inLoops(target, { clients: 12, pauseMs: 100 }, tally, signal, () => ({
        path: '/certificate/cancel?dry_run=true',
        token: target.traderToken,
        body,
      }));
    },
  },
  events: {
    number: 4,
    what: '600 streams of events of one user',
    run: (target, tally, signal) =>
      holdStreams(target, { streams: 600, pauseMs: 5_000, reads: true }, tally, signal, {
        path: '/events',
        token: target.watcherToken,
        headers: { accept: 'text/event-stream' },
      }),
  },
  recurring: {
    number: 5,
    what: '8 clients create recurring actions that are due at once, with 1 000 ids to filter by',
    async run(target, tally, signal) {
      const issuance_ids = Array.from(
        { length: 1_000 },
        (_, n) => `1-${new Date(n * 3_600_000).toISOString()}`,
      );
      const body = JSON.stringify({
        source_id: target.accountId,
        ...RECURRING,
        beneficiary: 'Nobody',
        issuance_ids,
      });
      await inLoops(target, { clients: 8, pauseMs: 50 }, tally, signal, () => ({
        path: '/certificate/recurring_cancel',
        token: target.traderToken,
        body,
      }));
    },
  },
  refused: {
    number: 6,
    what: '4 clients transfer 10 000 bundles that are not theirs',
    run: (target, tally, signal) =>
      inLoops(target, { clients: 4, pauseMs: 50 }, tally, signal, (_, round) => ({
        path: '/certificate/cancel',
        token: target.traderToken,
        body: { source_id: target.accountId, granular_certificate_bundle_ids: foreignIds(round) },
      })),
  },
  readiness: {
    number: 7,
    what: '100 clients ask for the readiness',
    run: (target, tally, signal) =>
      inLoops(target, { clients: 100, pauseMs: 100 }, tally, signal, () => ({ path: '/health/ready' })),
  },
  rates: {
    number: 8,
    what: '20 clients with a key each, of one user, and 4 that guess passwords from the address of another one',
    async run(target, tally, signal) {
      const keys = await keysOf(target, 20);
      const { url, sharedAddress, victim } = target;
      await Promise.all([
        inLoops(target, { clients: 20, pauseMs: 20 }, tally, signal, (client) => ({
          path: '/user/me',
          headers: { 'x-api-key': keys[client] ?? '' },
        })),
        inLoops(
          { url, address: sharedAddress },
          { clients: 4, pauseMs: 50 },
          tally,
          signal,
          (client, round) => ({
            path: '/auth/login',
            body: { username: `${round % 7}-${victim}`, password: `guess ${client} ${round}` },
          }),
        ),
      ]);
    },
  },
  positions: {
    number: 9,
    what: '100 clients ask for a state that is far in the future',
    run: (target, tally, signal) =>
      inLoops(target, { clients: 100, pauseMs: 250 }, tally, signal, (_, round) => ({
        path: `/certificate/${target.bundles[round % target.bundles.length]}`,
        token: target.auditorToken,
        headers: { 'registry-consistency': FAR_FUTURE },
      })),
  },
} satisfies Readonly<Record<string, Attack>>;

export type AttackName = keyof typeof attacks;

/** Creates API keys of the attacking trader. */
async function keysOf({ url, address, traderToken: token }: Target, count: number): Promise<string[]> {
  const client = httpClient(url, address);
  const keys: string[] = [];
  for (let n = 0; n < count; n++) {
    const body = { name: `Key ${n}`, permissions: ['read'] };
    const { text } = await client.send({ path: '/auth/api_keys', token, body });
    keys.push(JSON.parse(text).api_key);
  }
  client.close();
  return keys;
}
