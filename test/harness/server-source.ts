/** Where the tests get their servers from. */
export type ServerSource =
  | { readonly from: 'embedded' }
  | { readonly from: 'containers' }
  | { readonly from: 'urls'; readonly primary: string; readonly standby: string };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The Postgres pair: the embedded binaries, unless `TEST_CLUSTER=containers` or two URLs of a superuser are set.
 *
 * @throws {Error} for another `TEST_CLUSTER`, and for one URL without the other: the run would use unintended servers.
 */
export function chooseCluster(environment: Environment): ServerSource {
  const {
    TEST_CLUSTER,
    TEST_DATABASE_PRIMARY_URL: primary,
    TEST_DATABASE_STANDBY_URL: standby,
  } = environment;
  const from = TEST_CLUSTER || (primary || standby ? 'urls' : 'embedded');
  if (from === 'embedded' || from === 'containers') return { from };
  if (from !== 'urls') throw new Error(`TEST_CLUSTER takes embedded, containers or urls, and not ${from}`);
  if (primary && standby) return { from, primary, standby };
  throw new Error('TEST_DATABASE_PRIMARY_URL and TEST_DATABASE_STANDBY_URL must both be set');
}

/** The real EventStoreDB, beside the fake: an external one, or a container if the cluster runs in containers. */
export function chooseEventStore(
  environment: Environment,
): 'container' | 'none' | { readonly external: string } {
  const { ESDB_TEST_CONNECTION_STRING: external, TEST_CLUSTER } = environment;
  if (external) return { external };
  return TEST_CLUSTER === 'containers' ? 'container' : 'none';
}
