import { EmbeddedPostgresError } from './error.ts';

/** The superuser, who also carries the replication. */
export const SUPERUSER = 'postgres';

/** The name by which the standby shows up in the primary's `pg_stat_replication`. */
export const STANDBY_NAME = 'standby';

/** Written anew at every start; what shall last longer belongs into ALTER SYSTEM. */
export const CONFIGURATION_FILE = 'cluster.conf';

/** What both nodes run with unless the caller's settings say otherwise. */
const DEFAULTS: Readonly<Record<string, string>> = {
  max_connections: '200',
  shared_buffers: '128MB',
  wal_level: 'replica',
  max_wal_senders: '10',
  // Enough for a standby that was away for a while; no slot, so that a standby that never returns fills no disk.
  wal_keep_size: '512MB',
  hot_standby: 'on',
  hot_standby_feedback: 'on',
  // After a restart of the primary the standby is back at once, not after 5 s.
  wal_retrieve_retry_interval: '200ms',
  // Nobody: a commit never waits for the standby.
  synchronous_standby_names: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  lc_messages: 'C',
  log_line_prefix: '%m [%p] ',
};

/** How a client or the standby reaches the primary. */
export interface Access {
  readonly port: number;
  readonly password: string;
}

/** Only this machine, only over TCP, and only with the password. */
export const HOST_BASED_AUTHENTICATION = [
  '# TYPE  DATABASE     USER  ADDRESS       METHOD',
  'host    all          all   127.0.0.1/32  scram-sha-256',
  `host    replication  ${SUPERUSER}  127.0.0.1/32  scram-sha-256`,
  '',
].join('\n');

/**
 * The text of a node's configuration.
 *
 * @param port the node's own port.
 * @param settings the caller's settings; they win over our defaults, not over where the node listens.
 * @param primary for the standby: where to stream from.
 */
export function configurationText(
  port: number,
  settings: Readonly<Record<string, string>>,
  primary?: Access,
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
  if (!/^[a-z_][\w.]*$/i.test(name)) throw new EmbeddedPostgresError(`not the name of a setting: ${name}`);
  return name;
}

function quoted(name: string, value: string): string {
  if (/[\r\n\0]/.test(value)) throw new EmbeddedPostgresError(`the setting ${name} must be one line`);
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
