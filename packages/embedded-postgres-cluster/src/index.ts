export type { EmbeddedCluster, EmbeddedClusterOptions } from './cluster.ts';
export { startEmbeddedCluster } from './cluster.ts';
export { EmbeddedPostgresError } from './error.ts';
export type { EmbeddedNode } from './node.ts';
export type { OsUser } from './os-user.ts';
