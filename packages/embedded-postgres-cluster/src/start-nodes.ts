import type { ClusterLayout } from './cluster-layout.ts';
import { withConnection } from './connection.ts';
import { copyToStandby, isStandbyOf, readControlData } from './data-folder.ts';
import type { NodeName } from './data-location.ts';
import { errorMessage } from './error.ts';
import { createNode, type EmbeddedNode, type NodeSetup, PortTakenError } from './node.ts';
import type { EmbeddedClusterOptions } from './options.ts';
import { nextFreePort } from './ports.ts';
import { waitForStreaming } from './wait-for-streaming.ts';

/** The nodes started so far, which must be stopped if a later step fails. */
export type StartedNodes = Partial<Record<NodeName, EmbeddedNode>>;

export interface StartPlan {
  readonly options: Required<EmbeddedClusterOptions>;
  readonly layout: ClusterLayout;
  readonly started: StartedNodes;
  /** False after the cluster has released its data folder. */
  readonly isOpen: () => boolean;
}

const PORT_ATTEMPTS = 50;

/** Starts the primary and a standby that streams from it. Copies the standby again if it is missing or unusable. */
export async function startNodes(plan: StartPlan): Promise<Record<NodeName, EmbeddedNode>> {
  const { folders } = plan.layout;
  let usable = await isStandbyOf(folders.primary, folders.standby);
  // The files of a primary that was shut down cleanly can be copied; after a crash it must recover first.
  if (!usable && (await readControlData(folders.primary))?.cleanlyShutDown) {
    await createStandby(plan);
    usable = true;
  }
  const primary = await startOnFreePort(plan, 'primary', plan.options.primaryPort);
  await createDatabase(primary.port, plan);
  const standby = usable ? await startOrRebuildStandby(primary, plan) : await rebuildStandby(primary, plan);
  return { primary, standby };
}

async function startOrRebuildStandby(primary: EmbeddedNode, plan: StartPlan): Promise<EmbeddedNode> {
  try {
    return await startStandby(primary, plan);
  } catch (error) {
    plan.options.log(`the standby cannot be used: ${errorMessage(error)}`);
    return rebuildStandby(primary, plan);
  }
}

async function startStandby(primary: EmbeddedNode, plan: StartPlan): Promise<EmbeddedNode> {
  const standby = await startOnFreePort(plan, 'standby', plan.options.standbyPort, primary.port);
  const { password } = plan.layout.tools.primary;
  await waitForStreaming({ port: primary.port, password }, { port: standby.port, password });
  return standby;
}

async function rebuildStandby(primary: EmbeddedNode, plan: StartPlan): Promise<EmbeddedNode> {
  await plan.started.standby?.stop('immediate');
  await primary.stop();
  await createStandby(plan);
  await primary.start();
  return startStandby(primary, plan);
}

async function createStandby({ layout, options }: StartPlan): Promise<void> {
  options.log(`copying the primary to the standby in ${layout.folders.standby}`);
  await copyToStandby(layout.folders.primary, layout.folders.standby, layout.tools.standby.osUser);
}

/** Starts a node. Tries the next port when another process has bound the free port in the meantime. */
async function startOnFreePort(
  plan: StartPlan,
  name: NodeName,
  wanted: number,
  primaryPort?: number,
): Promise<EmbeddedNode> {
  let from = wanted;
  for (let attempt = 1; ; attempt += 1) {
    const port = await nextFreePort(from);
    const node = createNode(nodeSetup(plan, name, port, primaryPort));
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

function nodeSetup(
  plan: StartPlan,
  name: NodeName,
  port: number,
  primaryPort: number | undefined,
): NodeSetup {
  const { options, layout, isOpen } = plan;
  const { database, settings, log } = options;
  const folder = layout.folders[name];
  return { name, folder, port, primaryPort, database, settings, tools: layout.tools[name], log, isOpen };
}

async function createDatabase(port: number, { options, layout }: StartPlan): Promise<void> {
  const { password } = layout.tools.primary;
  await withConnection({ port, password }, 'postgres', async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [options.database]);
    if (rowCount === 0) await client.query(`create database ${client.escapeIdentifier(options.database)}`);
  });
}
