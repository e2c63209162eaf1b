import { type EmbeddedClusterOptions, startEmbeddedCluster } from '../src/index.ts';

/** A program that starts a cluster, sends the pids to its parent, and runs until SIGINT or SIGKILL. */
const options: EmbeddedClusterOptions = JSON.parse(process.argv[2] ?? '{}');
const cluster = await startEmbeddedCluster(options);
process.once('SIGINT', () => void cluster.stop().then(() => process.exit(0)));
process.send?.({ pids: [cluster.primary.pid(), cluster.standby.pid()] });
setInterval(() => undefined, 60_000);
