export interface EmbeddedClusterOptions {
  /** The folder of the cluster; created if missing. One cluster can run per folder. */
  dataDir: string;
  /** The first port to try; the next free one is used when it is taken. Default: 5432. */
  primaryPort?: number;
  /** The same for the standby. Default: 5433. */
  standbyPort?: number;
  /** The database that `url()` leads to; created if missing. Default: `postgres`. */
  database?: string;
  /** Settings of postgresql.conf for both nodes, such as `{ fsync: 'off' }` for tests. */
  settings?: Record<string, string>;
  /** Receives one line per event of interest: another port, another location, a repair. Default: no output. */
  log?: (line: string) => void;
}

export const DEFAULT_OPTIONS: Required<Omit<EmbeddedClusterOptions, 'dataDir'>> = {
  primaryPort: 5432,
  standbyPort: 5433,
  database: 'postgres',
  settings: {},
  log: () => undefined,
};
