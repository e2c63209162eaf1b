import { parseArgs } from 'node:util';
import { ConfigError } from '../config.ts';
import { connectEventLog, replay } from '../journal/index.ts';
import { runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

/** Rebuilds the database from its events, `--from eventstore` or from the journal. Exit code 1 and the first difference by name, or 0. */
runProgram(async () => {
  const { values } = parseArgs({ options: { from: { type: 'string', default: 'journal' } } });
  if (values.from !== 'journal' && values.from !== 'eventstore') {
    throw new ConfigError('--from takes journal or eventstore');
  }
  const { config, urls } = readMigrationConfig();
  const { ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream } = config;
  if (values.from === 'eventstore' && connection === undefined) {
    throw new ConfigError('Configuration: ESDB_CONNECTION_STRING must be set to replay from EventStoreDB');
  }
  const log =
    values.from === 'eventstore' && connection !== undefined
      ? connectEventLog(connection, { stream })
      : undefined;
  try {
    const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
    const { events, rows, difference } = await replay({ urls, log, onProgress });
    process.stdout.write(
      difference
        ? `DIFFERENCE: ${difference}\n`
        : `${events} events make the database as it is: ${rows} rows are the same.\n`,
    );
    process.exitCode = difference ? 1 : 0;
  } finally {
    await log?.close();
  }
});
