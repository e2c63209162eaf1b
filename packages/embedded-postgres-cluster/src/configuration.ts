import { EmbeddedPostgresError } from './error.ts';

/** The superuser, which also runs the replication. */
export const SUPERUSER = 'postgres';

/** The name of the standby in `pg_stat_replication` of the primary. */
export const STANDBY_NAME = 'standby';

/** Rewritten at every start. Settings made with ALTER SYSTEM are kept. */
export const CONFIGURATION_FILE = 'cluster.conf';

/** The settings of both nodes; those of the caller take precedence. */
const DEFAULTS: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '128MB',
  wal_level: 'replica',
  max_wal_senders: '10',
  // Lets a stopped standby catch up. A replication slot would fill the disk if the standby never returned.
  wal_keep_size: '512MB',
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  // The standby reconnects soon after a restart of the primary; the default is 5 s.
  wal_retrieve_retry_interval: '200ms',
  // No name: a commit never waits for the standby.
  synchronous_standby_names: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] ',
};

/** The port of a node and the password of its superuser. */
export interface Address {
  readonly port: number;
  readonly password: string;
}

/** Access from this machine only, over TCP, and with a password. */
export const HOST_BASED_AUTHENTICATION = [
  '# TYPE  DATABASE     USER  ADDRESS       METHOD',
  'host    all          all   127.0.0.1/32  scram-sha-256',
  `host    replication  ${SUPERUSER}  127.0.0.1/32  scram-sha-256`,
  '',
].join('\n');

/**
 * The text of the configuration of a node.
 *
 * @param port the port of the node.
 * @param settings the settings of the caller, which replace the defaults, but not the port and the addresses.
 * @param primary the primary to stream from, for the standby.
 */
export function configurationText(
  port: number,
  settings: Readonly<Record<string, string>>,
  primary?: Address,
): string {
  const all: Record<string, string> = {
    ...DEFAULTS,
    ...settings,
    port: String(port),
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    logging_collector: 'off',
  };
  if (primary) {
    all.primary_conninfo = [
      `host=127.0.0.1 port=${primary.port} user=${SUPERUSER} password=${primary.password}`,
      `application_name=${STANDBY_NAME} sslmode=disable gssencmode=disable`,
    ].join(' ');
  }
  return Object.entries(all)
    .map(([name, value]) => `${settingName(name)} = ${quoted(name, value)}\n`)
    .join('');
}

function settingName(name: string): string {
  if (!/^[a-z_][\w.]*$/i.test(name))
    throw new EmbeddedPostgresError(`this is not the name of a setting: ${name}`);
  return name;
}

function quoted(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new EmbeddedPostgresError(`the setting ${name} must be one line`);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
