import { type EmbeddedClusterOptions, startEmbeddedCluster } from '../src/index.ts';

/** Run as a process of its own: starts a cluster, tells its parent, and waits for Ctrl-C or to be killed. */
const options: EmbeddedClusterOptions = JSON.parse(process.argv[2] ?? '{}');
const cluster = await startEmbeddedCluster(options);
process.once('SIGINT', () => void cluster.stop().then(() => process.exit(0)));
process.send?.({ pids: [cluster.primary.pid(), cluster.standby.pid()] });
setInterval(() => undefined, 60_000);
