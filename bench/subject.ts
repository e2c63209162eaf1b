import {
  type Child,
  type LoadGenerator,
  startIssuer,
  startLimitServer,
  startLoadGenerator,
} from './child.ts';
import { TRANSFER_FUNCTION } from './limit-statements.ts';
import { type RegistryProcess, startRegistryProcess } from './registry-process.ts';
import { asOwner, type Side } from './side.ts';
import { createStock, type Stock } from './stock.ts';

/** A side that is measured, with everything that lines measure it with. */
export interface Subject {
  readonly side: Side;
  readonly load: LoadGenerator;
  /** The origin of the server of the limits. */
  readonly limits: string;
  readonly stock: Stock;
  /** How long a sample lasts. */
  readonly seconds: number;
  api(): RegistryProcess;
  /** Starts the API, unless it runs, and waits until it is ready. `nodeArgs`: arguments of Node.js. */
  startApi(nodeArgs?: readonly string[]): Promise<void>;
  stopApi(): Promise<void>;
  /** Starts a process that issues in bulk with the code of the revision. */
  startIssuer(nodeArgs?: readonly string[]): ReturnType<typeof startIssuer>;
  close(): Promise<void>;
}

/** Starts the helpers of a side; its API starts with `startApi`. */
export async function openSubject(side: Side, seconds: number): Promise<Subject> {
  await asOwner(side.cluster, (owner) => owner.query(TRANSFER_FUNCTION));
  const helpers: Pick<Child<object, unknown>, 'stop'>[] = [];
  const helper = <C extends Pick<Child<object, unknown>, 'stop'>>(started: C): C => {
    helpers.push(started);
    return started;
  };
  const load = helper(startLoadGenerator());
  const { DATABASE_WRITE_URL: writeUrl = '', DATABASE_READ_URLS: readUrl = '' } = side.environment;
  const limits = await helper(startLimitServer()).ask({ writeUrl, readUrl });
  let running: RegistryProcess | undefined;
  const stopApi = async () => {
    await running?.stop();
    running = undefined;
  };
  return {
    side,
    load,
    limits,
    stock: createStock(side.data),
    seconds,
    api() {
      if (running === undefined) throw new Error('the API does not run');
      return running;
    },
    async startApi(nodeArgs = []) {
      running ??= await startRegistryProcess(side, nodeArgs);
    },
    stopApi,
    startIssuer: (nodeArgs = []) => startIssuer(side, nodeArgs),
    async close() {
      await stopApi();
      await Promise.all(helpers.map((each) => each.stop()));
    },
  };
}
