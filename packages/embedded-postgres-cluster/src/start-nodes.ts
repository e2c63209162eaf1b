import type { Site } from './cluster-layout.ts';
import { withConnection } from './connection.ts';
import { copyToStandby, isStandbyOf, readControlData } from './data-folder.ts';
import type { NodeName } from './data-location.ts';
import { messageOf } from './error.ts';
import { createNode, type EmbeddedNode, type NodeSetup, PortTakenError } from './node.ts';
import type { EmbeddedClusterOptions } from './options.ts';
import { nextFreePort } from './ports.ts';
import { untilStreaming } from './wait-for-streaming.ts';

/** What was started so far, so that it can be stopped when the rest fails. */
export type StartedNodes = Partial<Record<NodeName, EmbeddedNode>>;

export interface BringUp {
  readonly options: Required<EmbeddedClusterOptions>;
  readonly site: Site;
  readonly started: StartedNodes;
  /** False once the cluster has given its data folder back. */
  readonly isOpen: () => boolean;
}

const PORT_ATTEMPTS = 50;

/** Starts the primary and a standby that streams from it, made anew if there is none that can. */
export async function bringUp(plan: BringUp): Promise<Record<NodeName, EmbeddedNode>> {
  const { folders } = plan.site;
  let usable = await isStandbyOf(folders.primary, folders.standby);
  // A primary that is shut down can be copied as it lies; after a crash it has to come to rest first.
  if (!usable && (await readControlData(folders.primary))?.cleanlyShutDown) {
    await makeStandby(plan);
    usable = true;
  }
  const primary = await startOnFreePort(plan, 'primary', plan.options.primaryPort);
  await createDatabase(primary.port, plan);
  const standby = usable ? await followOrRebuild(primary, plan) : await rebuild(primary, plan);
  return { primary, standby };
}

async function followOrRebuild(primary: EmbeddedNode, plan: BringUp): Promise<EmbeddedNode> {
  try {
    return await follow(primary, plan);
  } catch (error) {
    plan.options.log(`the standby cannot be used: ${messageOf(error)}`);
    return rebuild(primary, plan);
  }
}

async function follow(primary: EmbeddedNode, plan: BringUp): Promise<EmbeddedNode> {
  const standby = await startOnFreePort(plan, 'standby', plan.options.standbyPort, primary.port);
  const { password } = plan.site.tools.primary;
  await untilStreaming({ port: primary.port, password }, { port: standby.port, password });
  return standby;
}

async function rebuild(primary: EmbeddedNode, plan: BringUp): Promise<EmbeddedNode> {
  await plan.started.standby?.stop('immediate');
  await primary.stop();
  await makeStandby(plan);
  await primary.start();
  return follow(primary, plan);
}

async function makeStandby({ site, options }: BringUp): Promise<void> {
  options.log(`copying the primary to make the standby in ${site.folders.standby}`);
  await copyToStandby(site.folders.primary, site.folders.standby, site.tools.standby.account);
}

/** Two clusters that start at once may want the same port: whoever comes second tries the next one. */
async function startOnFreePort(
  plan: BringUp,
  name: NodeName,
  wanted: number,
  primaryPort?: number,
): Promise<EmbeddedNode> {
  let from = wanted;
  for (let attempt = 1; ; attempt += 1) {
    const port = await nextFreePort(from);
    const node = createNode(setupOf(plan, name, port, primaryPort));
    try {
      await node.start();
      if (port !== wanted) plan.options.log(`port ${wanted} is taken: the ${name} listens on ${port}`);
      plan.started[name] = node;
      return node;
    } catch (error) {
      if (!(error instanceof PortTakenError) || attempt === PORT_ATTEMPTS) throw error;
      from = port + 1;
    }
  }
}

function setupOf(plan: BringUp, name: NodeName, port: number, primaryPort: number | undefined): NodeSetup {
  const { options, site, isOpen } = plan;
  const { database, settings, log } = options;
  const folder = site.folders[name];
  return { name, folder, port, primaryPort, database, settings, tools: site.tools[name], log, isOpen };
}

async function createDatabase(port: number, { options, site }: BringUp): Promise<void> {
  const { password } = site.tools.primary;
  await withConnection({ port, password }, 'postgres', async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [options.database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(options.database)}`);
  });
}
