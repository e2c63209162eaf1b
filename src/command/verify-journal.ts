import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import {
  type Anchor,
  anchorAt,
  configuredKey,
  configuredKeys,
  InvalidAnchor,
  openStores,
  parseAnchor,
  StoreUnavailable,
  verifyConfigured,
} from '../anchor/index.ts';
import { type Config, ConfigError, readConfig } from '../config.ts';
import { noLimits } from '../database/time-limits.ts';
import { loadEnvironment } from '../environment.ts';
import { EventStoreUnavailable } from '../journal/index.ts';
import { makeLog } from '../log.ts';
import { ExitStatus, runProgram } from '../program.ts';
import { openConfiguredDatabase } from '../start.ts';

const say = (line: string) => process.stdout.write(`${line}\n`);

/**
 * Verifies the journal, its copy in EventStoreDB, and the anchors of all configured places. Prints the result, or the first
 * difference (exit status 1). `--since` gives an anchor that somebody kept: a file, `-` for standard input, or the position of an
 * anchor in a configured store.
 */
runProgram(
  async () => {
    const { since: given } = parseArgs({ options: { since: { type: 'string' } } }).values;
    const config = readConfig(loadEnvironment());
    const since = given === undefined ? undefined : await givenAnchor(given, config);
    const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'silent' }), {
      limits: noLimits,
    });
    try {
      const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
      const result = await database.readPrimary(({ execute }) =>
        verifyConfigured(execute, config, { since, onProgress }),
      );
      report(result, since);
      process.exitCode = result.difference ? ExitStatus.negative : 0;
    } finally {
      await database.stop();
    }
  },
  { unreachable: [EventStoreUnavailable, StoreUnavailable] },
);

type Result = Awaited<ReturnType<typeof verifyConfigured>>;

function report({ verified, compared, difference, places }: Result, since: Anchor | undefined): void {
  if (difference !== null) return void say(`DIFFERENCE: ${difference}`);
  const where = compared === null ? '' : `, and ${compared} of them in EventStoreDB`;
  say(`${verified} events are right, in the journal${where}.`);
  const found = (places ?? []).filter(({ anchors }) => anchors > 0);
  if (found.length > 0) {
    const counts = found.map(({ name, anchors }) => `${anchors} in ${name}`);
    say(`All anchors are right: ${counts.join(', ')}.`);
  }
  if (since === undefined) return;
  const { position, hash, signed_at, key_id, energy_wh } = since;
  say(`The anchor of position ${position} is right: no entry up to it has changed since ${signed_at}.`);
  say(`  hash ${hash}`);
  say(`  key ${key_id}`);
  for (const [status, wh] of Object.entries(energy_wh)) say(`  ${wh} Wh ${status}`);
}

/** @throws {ConfigError} if there is no such anchor, or no key to verify it with. */
async function givenAnchor(given: string, config: Config): Promise<Anchor> {
  if (configuredKeys(config, configuredKey(config)).size === 0)
    throw new ConfigError('Configuration: ANCHOR_KEYS_FILE must be set to verify an anchor');
  return /^\d+$/.test(given) ? storedAnchor(Number(given), config) : readAnchor(given);
}

async function storedAnchor(position: number, config: Config): Promise<Anchor> {
  const stores = openStores(config);
  try {
    const anchor = await anchorAt(position, stores);
    if (anchor === undefined)
      throw new ConfigError(`Usage: --since: no configured store has an anchor of position ${position}`);
    return anchor;
  } finally {
    await Promise.all(stores.map((each) => each.close()));
  }
}

async function readAnchor(given: string): Promise<Anchor> {
  try {
    return parseAnchor(given === '-' ? await text(process.stdin) : await readFile(given, 'utf8'));
  } catch (error) {
    if (error instanceof InvalidAnchor) throw new ConfigError(`Usage: --since: ${given} is not an anchor`);
    throw new ConfigError(`Usage: --since: ${given} cannot be read`);
  }
}
