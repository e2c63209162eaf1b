import { readConfig } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { connectEventLog, firstDifference } from '../journal/index.ts';
import { makeLog } from '../log.ts';
import { runProgram } from '../program.ts';
import { openConfiguredDatabase } from '../start.ts';

/** Exit code 1 and the first difference by name, or 0. */
runProgram(async () => {
  const config = readConfig(loadEnvironment());
  const { ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream } = config;
  const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'warn' }));
  const log = connection === undefined ? undefined : connectEventLog(connection, { stream });
  try {
    const { verified, compared, difference } = await database.readPrimary(({ execute }) =>
      firstDifference(execute, { log, onProgress: (count) => process.stderr.write(`\r${count} events`) }),
    );
    const where =
      compared === null ? 'in the journal' : `in the journal, and ${compared} of them in EventStoreDB`;
    process.stdout.write(
      difference ? `\nDIFFERENCE: ${difference}\n` : `\n${verified} events are right, ${where}.\n`,
    );
    process.exitCode = difference ? 1 : 0;
  } finally {
    await log?.close();
    await database.stop();
  }
});
