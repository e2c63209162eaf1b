import { configurationText, SUPERUSER } from './configuration.ts';
import { type NodeTools, writeConfiguration } from './data-folder.ts';
import type { NodeName } from './data-location.ts';
import { EmbeddedPostgresError } from './error.ts';
import { describeTail, readLogFrom, sizeOf } from './log-file.ts';
import { stopOrphanProcesses } from './orphan-processes.ts';
import { settlesWithin, waitUntil } from './polling.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { type SupervisedProcess, startSupervised } from './supervisor.ts';

/** One Postgres server of the cluster. Its operations run one after another. */
export interface EmbeddedNode {
  readonly name: NodeName;
  readonly port: number;
  /** A `postgresql://` URL. Without arguments: of the superuser, to the database of the cluster. */
  url(database?: string, user?: string, password?: string): string;
  /** The pid of the postmaster, or undefined if it does not run. */
  pid(): number | undefined;
  /** Stops the server and waits until its last process has exited. Has no effect on a stopped server. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Kills the postmaster, as a crash would, and waits until its child processes have exited. */
  kill(): Promise<void>;
  /** Starts the server and waits until it accepts connections. Has no effect on a running server. */
  start(): Promise<void>;
}

export interface NodeSetup {
  readonly name: NodeName;
  readonly folder: string;
  readonly port: number;
  /** The port of the primary, for the standby; undefined for the primary itself. */
  readonly primaryPort: number | undefined;
  readonly database: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly tools: NodeTools;
  readonly log: (line: string) => void;
  /** False after the cluster has released its data folder. */
  readonly isOpen: () => boolean;
}

/** Another process listens on the port. */
export class PortTakenError extends EmbeddedPostgresError {}

const START_LIMIT_MS = 90_000;
const STOP_LIMITS_MS = { fast: 30_000, immediate: 10_000, kill: 5_000 } as const;

/** Creates the handle of a server in an existing data folder. Does not start it. */
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
    await end(); // After a crash, child processes may still run.
    const server = await startServer(setup);
    running = server;
    void server.ended.then(() => {
      if (running === server)
        setup.log(`the ${setup.name} has exited unexpectedly: see ${setup.tools.logFile}`);
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

/** Waits for the state in `postmaster.pid`. A connection would not do: a server of another cluster may answer it. */
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
  const what = server.hasExited() ? 'exited during its start' : 'does not accept connections';
  throw new EmbeddedPostgresError(`the ${name} ${what}; ${await describeTail(tools.logFile, logStart)}`);
}

/** Stops the server, from the given step on: a fast shutdown, an immediate one, SIGKILL. */
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
