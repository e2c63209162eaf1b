import { parseArgs } from 'node:util';
import { Presets, SingleBar } from 'cli-progress';
import { type Config, readConfig } from '../../src/config.ts';
import { noLimits } from '../../src/database/time-limits.ts';
import { loadEnvironment } from '../../src/environment.ts';
import { makeLog } from '../../src/log.ts';
import {
  B1610FormatError,
  BmUnitFormatError,
  ElexonError,
  elexonClient,
} from '../../src/meter-data/elexon/index.ts';
import { runProgram } from '../../src/program.ts';
import { openConfiguredDatabase } from '../../src/start.ts';
import { SAMPLE_UNITS } from '../sample/index.ts';
import { SeedError } from '../seed-error.ts';
import { type LoadProgress, loadFromElexon } from './load.ts';
import { windowOf } from './window.ts';

const USAGE = 'make db.seed.elexon FROM=2026-11-01 TO=2026-11-07 [UNITS=T_ABRBO-1,T_DRAXX-1]';
const WH_PER_MWH = 1_000_000;

/** Loads half-hourly generation of real BM units from the Elexon API: `--from --to [--units]`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { from: { type: 'string' }, to: { type: 'string' }, units: { type: 'string' } },
  });
  if (!values.from || !values.to) throw new SeedError(`FROM and TO are required: ${USAGE}`);
  const now = new Date();
  const window = windowOf(values.from, values.to, now);
  const units = unitsOf(values.units);
  process.stdout.write(
    `Elexon B1610 of ${units.length} BM units, ${window.from.toISOString()} to ${window.to.toISOString()}\n`,
  );
  summarise(await load(readConfig(loadEnvironment()), window, units, now));
}

function unitsOf(text: string | undefined): string[] {
  const named = (text ?? '').split(',').map((unit) => unit.trim());
  const units = [...new Set(named)].filter((unit) => unit !== '');
  return units.length > 0 ? units : SAMPLE_UNITS.map(({ device }) => device.local_device_identifier);
}

async function load(config: Config, window: { from: Date; to: Date }, units: readonly string[], now: Date) {
  const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'warn' }), {
    limits: noLimits,
  });
  const bar = new SingleBar(
    { format: '{bar} {value}/{total} days | {bundles} bundles | {eta_formatted} left', noTTYOutput: true },
    Presets.shades_classic,
  );
  const onProgress = ({ done, total, bundles }: LoadProgress) => {
    if (done === 1) bar.start(total, 0);
    bar.update(done, { bundles });
  };
  try {
    const client = elexonClient({ baseUrl: config.ELEXON_BASE_URL });
    return await loadFromElexon({ database, config, client, window, units, now, onProgress });
  } finally {
    bar.stop();
    await database.stop();
  }
}

function summarise({ readings, bundles, issuedWh, refused }: LoadProgress): void {
  process.stdout.write(
    `${readings} new readings, ${bundles} new bundles, ${issuedWh / WH_PER_MWH} MWh of certificates.\n`,
  );
  for (const reason of refused.slice(0, 10)) process.stdout.write(`  not issued: ${reason}\n`);
  if (refused.length > 10) process.stdout.write(`  and ${refused.length - 10} more\n`);
}

runProgram(main, { negative: [SeedError, ElexonError, B1610FormatError, BmUnitFormatError] });
