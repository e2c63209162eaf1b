import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { metricsAuthorization, parseMetrics } from '../harness/metrics.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const MOVABLE_CLOCK = new URL('movable-clock.ts', import.meta.url).href;
const START_LIMIT_MS = 180_000;

const Readiness = z.object({
  status: z.enum(['ready', 'degraded']),
  standbys: z.array(z.object({ state: z.string() })),
  journal: z.object({
    leads: z.boolean(),
    event_store: z.string(),
    unordered: z.number().nullable(),
    unrelayed: z.number().nullable(),
    problem: z.string().nullable(),
  }),
});
export type Readiness = z.output<typeof Readiness>;

/** A process that runs `src/main.ts`, like one machine of the registry. */
export interface ApiProcess {
  readonly name: string;
  /** Its last address; the process may have ended since. */
  url(): string;
  /** Starts it unless it runs, and waits until it listens. */
  start(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Kills it with SIGKILL, and waits until it has exited. */
  kill(): Promise<void>;
  /** Whether it exited without being killed. */
  hasCrashed(): boolean;
  /** Sets its clock ahead of the real time by that much; behind it, if negative. */
  setClockAhead(ms: number): void;
  readiness(): Promise<Readiness | undefined>;
  /** The number of events in EventStoreDB, as far as the process knows. */
  relayPosition(): Promise<number | undefined>;
}

/** @param logFile receives the output of the process, for the analysis of a failure. */
export function apiProcess(name: string, environment: Record<string, string>, logFile: string): ApiProcess {
  let running: ChildProcess | undefined;
  let url = 'http://127.0.0.1:9';

  return {
    name,
    url: () => url,
    async start() {
      if (running) return;
      running = spawn(process.execPath, ['--import', 'tsx', '--import', MOVABLE_CLOCK, MAIN], {
        env: { PATH: process.env.PATH, ...environment },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      });
      url = await addressOf(running, logFile);
    },
    signal: (signal) => void running?.kill(signal),
    async kill() {
      const child = running;
      running = undefined;
      if (child === undefined || hasEnded(child)) return;
      const exit = once(child, 'exit');
      child.kill('SIGKILL');
      await exit;
    },
    hasCrashed: () => running !== undefined && hasEnded(running),
    setClockAhead: (ms) => void running?.send(ms),
    async readiness() {
      try {
        const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
        return Readiness.parse(await response.json());
      } catch {
        return undefined;
      }
    },
    async relayPosition() {
      try {
        const options = { headers: metricsAuthorization, signal: AbortSignal.timeout(5_000) };
        const response = await fetch(`${url}/metrics`, options);
        return parseMetrics(await response.text()).value('registry_relay_position');
      } catch {
        return undefined;
      }
    },
  };
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/** @throws {Error} when the process exits, or reports nothing, instead of listening. */
function addressOf(child: ChildProcess, logFile: string): Promise<string> {
  const log = createWriteStream(logFile, { flags: 'a' });
  let printed = '';
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`an API process ${why}: see ${logFile}`));
    const timer = setTimeout(fail, START_LIMIT_MS, 'does not listen');
    child.once('exit', () => fail('ended instead of listening'));
    const look = (chunk: Buffer) => {
      printed += chunk;
      const [, address] = /Server listening at (http:\/\/[\d.:]+)/.exec(printed) ?? [];
      if (address === undefined) return;
      clearTimeout(timer);
      child.stdout?.off('data', look);
      resolve(address);
    };
    child.stdout?.on('data', look).pipe(log, { end: false });
    child.stderr?.pipe(log, { end: false });
  });
}
