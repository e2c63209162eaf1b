export interface EmbeddedClusterOptions {
  /** Holds everything; made if missing. One running cluster per folder. */
  dataDir: string;
  /** The port to try first; the next free one is taken when it is not. Default 5436. */
  primaryPort?: number;
  /** Default 5438. */
  standbyPort?: number;
  /** Made if missing. Default `registry`. */
  database?: string;
  /** More settings of postgresql.conf, for both nodes; for tests `{ fsync: 'off' }`. */
  settings?: Record<string, string>;
  /** Told, in one line each, what a person should know: other ports, other places, repairs. */
  log?: (line: string) => void;
}

export const DEFAULT_OPTIONS: Required<Omit<EmbeddedClusterOptions, 'dataDir'>> = {
  primaryPort: 5436,
  standbyPort: 5438,
  database: 'registry',
  settings: {},
  log: () => undefined,
};
