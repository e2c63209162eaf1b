import { existsSync } from 'node:fs';
import { addPublicKey, createSigningKey, publicJwkOf, readSigningKey } from '../anchor/index.ts';
import { ConfigError, readConfig } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { runProgram } from '../program.ts';

/**
 * Creates the key of `ANCHOR_KEY_FILE`, adds its public half to `ANCHOR_KEYS_FILE` if that is set, and prints it. A key that exists is
 * left as it is.
 */
runProgram(async () => {
  const { ANCHOR_KEY_FILE: keyFile, ANCHOR_KEYS_FILE: keysFile } = readConfig(loadEnvironment());
  if (keyFile === undefined) throw new ConfigError('Configuration: ANCHOR_KEY_FILE must be set');
  const isNew = !existsSync(keyFile);
  const key = isNew ? createSigningKey(keyFile) : readSigningKey(keyFile);
  if (keysFile !== undefined) addPublicKey(keysFile, publicJwkOf(key));
  process.stdout.write(`${isNew ? 'Created' : 'Found'} the key ${key.keyId}. Its public half:\n`);
  process.stdout.write(`${JSON.stringify(publicJwkOf(key))}\n`);
});
