import { configurationText, SUPERUSER } from './configuration.ts';
import { type NodeTools, writeConfiguration } from './data-folder.ts';
import type { NodeName } from './data-location.ts';
import { EmbeddedPostgresError } from './error.ts';
import { describeTail, readLogFrom, sizeOf } from './log-file.ts';
import { stopOrphanProcesses } from './orphan-processes.ts';
import { settlesWithin, waitUntil } from './polling.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { type SupervisedProcess, startSupervised } from './supervisor.ts';

/** One Postgres server of the cluster. Its operations wait for each other. */
export interface EmbeddedNode {
  readonly name: NodeName;
  readonly port: number;
  /** A `postgresql://` URL; the superuser's, to the cluster's database, unless told otherwise. */
  url(database?: string, user?: string, password?: string): string;
  /** The postmaster's pid while it runs. */
  pid(): number | undefined;
  /** Stops the server and waits until its last process is gone; a stopped one stays so. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Kills the postmaster, as a crash would, and waits until its children are gone too. */
  kill(): Promise<void>;
  /** Starts the server and waits until it accepts connections; a running one stays so. */
  start(): Promise<void>;
}

export interface NodeSetup {
  readonly name: NodeName;
  readonly folder: string;
  readonly port: number;
  /** The port of the primary to stream from; for the standby only. */
  readonly primaryPort: number | undefined;
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly tools: NodeTools;
  readonly log: (line: string) => void;
  /** False once the cluster has given its data folder back. */
  readonly isOpen: () => boolean;
}

/** Somebody was faster: the port is taken. */
export class PortTakenError extends EmbeddedPostgresError {}

const START_LIMIT_MS = 90_000;
const STOP_LIMITS_MS = { fast: 30_000, immediate: 10_000, kill: 5_000 } as const;

/** A server in an existing data folder; it is not started yet. */
export function createNode(setup: NodeSetup): EmbeddedNode {
  let running: SupervisedProcess | undefined;
  let last: Promise<void> = Promise.resolve();
  const runSerially = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work, work);
    return last;
  };
  const isRunning = (): boolean => running !== undefined && !running.hasExited();

  async function start(): Promise<void> {
    if (!setup.isOpen()) throw new EmbeddedPostgresError(`the cluster of this ${setup.name} is stopped`);
    if (isRunning()) return;
    await end(); // After a crash: its last processes first.
    const server = await startServer(setup);
    running = server;
    void server.ended.then(() => {
      if (running === server)
        setup.log(`the ${setup.name} has ended unexpectedly: see ${setup.tools.logFile}`);
    });
  }

  async function end(by?: keyof typeof STOP_LIMITS_MS): Promise<void> {
    const server = running;
    running = undefined;
    if (server && by) await endServer(server, by);
    await stopOrphanProcesses(setup.folder, setup.log);
  }

  return {
    name: setup.name,
    port: setup.port,
    url: (database, user, password) => urlOf(setup, database, user, password),
    pid: () => (isRunning() ? running?.pid : undefined),
    start: () => runSerially(start),
    stop: (mode = 'fast') => runSerially(() => end(mode)),
    kill: () => runSerially(() => end('kill')),
  };
}

function urlOf(setup: NodeSetup, database = setup.database, user?: string, password?: string): string {
  const secret = user === undefined ? setup.tools.password : password;
  const credentials = [user ?? SUPERUSER, ...(secret === undefined ? [] : [secret])].map(encodeURIComponent);
  return `postgresql://${credentials.join(':')}@127.0.0.1:${setup.port}/${encodeURIComponent(database)}`;
}

async function startServer(setup: NodeSetup): Promise<SupervisedProcess> {
  const { folder, port, primaryPort, settings, tools } = setup;
  const { osUser, binaries, logFile, password } = tools;
  const primary = primaryPort === undefined ? undefined : { port: primaryPort, password };
  await writeConfiguration(folder, configurationText(port, settings, primary), osUser);
  const logStart = await sizeOf(logFile);
  const control = { command: binaries.pgCtl, folder };
  const server = await startSupervised({
    command: binaries.postgres,
    args: ['-D', folder],
    osUser,
    logFile,
    control,
  });
  try {
    await waitUntilReady(setup, server, logStart);
  } catch (error) {
    await endServer(server, 'immediate');
    throw error;
  }
  return server;
}

/** By the server's own word: on its port another one could answer, of another cluster that starts just now. */
async function waitUntilReady(
  { name, folder, port, tools }: NodeSetup,
  server: SupervisedProcess,
  logStart: number,
): Promise<void> {
  const isReady = async (): Promise<boolean> => {
    const file = await readPostmasterFile(folder);
    return file?.pid === server.pid && file.ready;
  };
  await waitUntil(START_LIMIT_MS, async () => server.hasExited() || (await isReady()));
  if (!server.hasExited() && (await isReady())) return;
  const log = await readLogFrom(tools.logFile, logStart);
  if (/could not bind|could not create any TCP\/IP sockets/.test(log)) {
    throw new PortTakenError(`port ${port} is taken: the ${name} cannot listen on it`);
  }
  const what = server.hasExited() ? 'ended at its start' : 'does not accept connections';
  throw new EmbeddedPostgresError(`the ${name} ${what}; ${await describeTail(tools.logFile, logStart)}`);
}

/** Asks, then insists: fast, immediate, kill. */
async function endServer(server: SupervisedProcess, by: keyof typeof STOP_LIMITS_MS): Promise<void> {
  const steps = [
    ['fast', 'SIGINT'],
    ['immediate', 'SIGQUIT'],
    ['kill', 'SIGKILL'],
  ] as const;
  const first = steps.findIndex(([step]) => step === by);
  for (const [step, signal] of steps.slice(first)) {
    server.signal(signal);
    if (await settlesWithin(STOP_LIMITS_MS[step], server.ended)) return;
  }
}
