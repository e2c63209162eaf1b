import { type Config, ConfigError } from '../config.ts';
import type { Execute } from '../database/connection.ts';
import { connectEventLog } from '../journal/index.ts';
import type { Anchor } from './anchor.ts';
import { bucketStore } from './bucket-store.ts';
import { directoryStore } from './directory-store.ts';
import { type KeySet, keySetOf, publicJwkOf, readPublicKeys } from './key-set.ts';
import { readSigningKey, type SigningKey } from './signing-key.ts';
import type { AnchorStore } from './store.ts';
import { streamStore } from './stream-store.ts';
import { type AnchoredVerified, verifyAnchoredJournal } from './verify.ts';

/** The stores of the settings. @throws {ConfigError} */
export function openStores(config: Config): AnchorStore[] {
  const { ESDB_CONNECTION_STRING: connectionString, ANCHOR_STREAM: stream } = config;
  const { ANCHOR_DIRECTORY: directory, ANCHOR_S3_URL: url, ANCHOR_S3_REGION: region } = config;
  const { ANCHOR_S3_ACCESS_KEY_ID: accessKeyId, ANCHOR_S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  const requiresUser = config.NODE_ENV === 'production';
  return [
    ...(connectionString ? [streamStore({ connectionString, stream, requiresUser })] : []),
    ...(directory ? [directoryStore(directory)] : []),
    ...(url && accessKeyId && secretAccessKey
      ? [bucketStore({ url, region, accessKeyId, secretAccessKey })]
      : []),
  ];
}

/** The key that signs, if there is one. @throws {ConfigError} */
export function configuredKey({ ANCHOR_KEY_FILE: file }: Config): SigningKey | undefined {
  return file === undefined ? undefined : readSigningKey(file);
}

/**
 * The public keys of `ANCHOR_KEYS_FILE`; without that file, of the key that signs.
 *
 * @throws {ConfigError} also if the file does not have the key that signs: nobody could verify its anchors.
 */
export function configuredKeys({ ANCHOR_KEYS_FILE: file }: Config, key: SigningKey | undefined): KeySet {
  const own = key ? [publicJwkOf(key)] : [];
  if (file === undefined) return keySetOf(own);
  const keys = keySetOf(readPublicKeys(file));
  if (key && !keys.has(key.keyId)) {
    throw new ConfigError(
      `Configuration: ANCHOR_KEYS_FILE: ${file} lacks the key ${key.keyId} of ANCHOR_KEY_FILE`,
    );
  }
  return keys;
}

export interface ConfiguredVerifyOptions {
  readonly since?: Anchor | undefined;
  readonly onProgress?: (line: string) => void;
}

/**
 * Verifies the journal, its copy in EventStoreDB, and the anchors in all places of the settings.
 *
 * @throws {ConfigError} @throws {EventStoreUnavailable} @throws {StoreUnavailable}
 */
export async function verifyConfigured(
  execute: Execute,
  config: Config,
  options: ConfiguredVerifyOptions = {},
): Promise<AnchoredVerified> {
  const { ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream } = config;
  const keys = configuredKeys(config, configuredKey(config));
  const log = connection === undefined ? undefined : connectEventLog(connection, { stream });
  const stores = openStores(config);
  try {
    return await verifyAnchoredJournal(execute, { ...options, log, keys, stores });
  } finally {
    await Promise.all([log, ...stores].map((each) => each?.close()));
  }
}
