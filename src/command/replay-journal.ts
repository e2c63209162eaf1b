import { parseArgs } from 'node:util';
import { type Config, ConfigError } from '../config.ts';
import { connectEventLog, type EventLog, EventStoreUnavailable, replay } from '../journal/index.ts';
import { ExitStatus, runProgram } from '../program.ts';
import { readMigrationConfig } from './migration-urls.ts';

/**
 * Rebuilds the database from its events, those of the journal or, with `--from eventstore`, those of EventStoreDB. Prints the
 * result, or the first difference (exit status 1), as one line.
 */
runProgram(
  async () => {
    const from = readSource();
    const { config, urls } = readMigrationConfig();
    const log = from === 'eventstore' ? connectConfiguredLog(config) : undefined;
    try {
      const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
      const { events, rows, lacked, difference } = await replay({ urls, log, onProgress });
      process.stdout.write(
        difference
          ? `DIFFERENCE: ${difference}\n`
          : `${events} events make the database as it is: ${rows} rows are the same. Personal values that it lacks: ${lacked} (erased).\n`,
      );
      process.exitCode = difference ? ExitStatus.negative : 0;
    } finally {
      await log?.close();
    }
  },
  { unreachable: [EventStoreUnavailable] },
);

function readSource(): 'journal' | 'eventstore' {
  const { from } = parseArgs({ options: { from: { type: 'string', default: 'journal' } } }).values;
  if (from === 'journal' || from === 'eventstore') return from;
  throw new ConfigError('Usage: --from journal or --from eventstore');
}

function connectConfiguredLog({ ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream }: Config): EventLog {
  if (connection === undefined) {
    throw new ConfigError('Configuration: ESDB_CONNECTION_STRING must be set to replay from EventStoreDB');
  }
  return connectEventLog(connection, { stream });
}
