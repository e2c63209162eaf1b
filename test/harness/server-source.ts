/** Where the tests take their servers from. */
export type ServerSource =
  | { readonly from: 'embedded' }
  | { readonly from: 'containers' }
  | { readonly from: 'urls'; readonly primary: string; readonly standby: string };

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The Postgres pair: the embedded binaries, unless `TEST_CLUSTER=containers`, or two URLs of a superuser are given.
 *
 * @throws {Error} on another `TEST_CLUSTER`, and on one URL without the other: a run on other servers than meant proves nothing.
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

/** The real EventStoreDB, beside the stand-in: one that is given, or a container where the cluster is of containers. */
export function chooseEventStore(
  environment: Environment,
): 'container' | 'none' | { readonly given: string } {
  const { ESDB_TEST_CONNECTION_STRING: given, TEST_CLUSTER } = environment;
  if (given) return { given };
  return TEST_CLUSTER === 'containers' ? 'container' : 'none';
}
