import { type Config, ConfigError, readConfig } from '../config.ts';
import type { MigrationUrls } from '../database/migrate.ts';
import { loadEnvironment } from '../environment.ts';

/** The settings of a program that changes the schema. Only the owner can. */
export function readMigrationConfig(): { config: Config; urls: MigrationUrls } {
  const config = readConfig(loadEnvironment());
  if (config.DATABASE_OWNER_URL === undefined) {
    throw new ConfigError('Configuration: DATABASE_OWNER_URL must be set to change the schema');
  }
  return {
    config,
    urls: {
      ownerUrl: config.DATABASE_OWNER_URL,
      writeUrl: config.DATABASE_WRITE_URL,
      readUrls: config.DATABASE_READ_URLS,
      sequencerUrl: config.DATABASE_SEQUENCER_URL,
      actorKeys: actorKeysOf(config),
    },
  };
}

/** The keys by which the database verifies actors: the current one, and the previous one while processes still use it. */
const actorKeysOf = ({ DATABASE_ACTOR_KEY: key, DATABASE_ACTOR_KEY_PREVIOUS: previous }: Config): string[] =>
  [key, previous].filter((each) => each !== undefined);
