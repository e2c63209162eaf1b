import { parseArgs } from 'node:util';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { credentialsOf, EventStoreUnavailable, secureEventStore } from '../journal/index.ts';
import { runProgram } from '../program.ts';

/**
 * Lets the user of `ESDB_CONNECTION_STRING`, which is created if there is none, append to the streams of the registry and read
 * them, and nothing else. The administrator is the one of `ESDB_ADMIN_CONNECTION_STRING`; `--reader NAME`, which may be repeated, names
 * users and groups that may read the streams too.
 */
runProgram(
  async () => {
    const config = readConfig(loadEnvironment());
    const { administrator, user } = connectionsOf(config);
    const streams = [config.ESDB_STREAM, config.ANCHOR_STREAM];
    const { reader: readers } = parseArgs({
      options: { reader: { type: 'string', multiple: true, default: [] } },
    }).values;
    const { userCreated } = await secureEventStore({ administrator, user, streams, readers });
    const who = `the user ${user.username}${userCreated ? ', which was created,' : ''}`;
    process.stdout.write(
      `Of ${streams.join(' and ')}, ${who} may read and append. Nobody else may append.\n`,
    );
  },
  { unreachable: [EventStoreUnavailable] },
);

function connectionsOf({ ESDB_ADMIN_CONNECTION_STRING: administrator, ESDB_CONNECTION_STRING = '' }: Config) {
  const user = credentialsOf(ESDB_CONNECTION_STRING);
  if (administrator === undefined || user === undefined) {
    throw new ConfigError(
      'Configuration: ESDB_CONNECTION_STRING must have the user of the registry, and ESDB_ADMIN_CONNECTION_STRING an administrator; both must use TLS',
    );
  }
  return { administrator, user };
}
