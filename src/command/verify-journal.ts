import { readConfig } from '../config.ts';
import { loadEnvironment } from '../environment.ts';
import { connectEventLog, EventStoreUnavailable, verifyJournal } from '../journal/index.ts';
import { makeLog } from '../log.ts';
import { ExitStatus, runProgram } from '../program.ts';
import { openConfiguredDatabase } from '../start.ts';

/** Verifies the journal and its copy in EventStoreDB. Prints the result, or the first difference (exit status 1), as one line. */
runProgram(
  async () => {
    const config = readConfig(loadEnvironment());
    const { ESDB_CONNECTION_STRING: connection, ESDB_STREAM: stream } = config;
    const log = connection === undefined ? undefined : connectEventLog(connection, { stream });
    const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'silent' }));
    try {
      const onProgress = (line: string) => void process.stderr.write(`${line}\n`);
      const { verified, compared, difference } = await database.readPrimary(({ execute }) =>
        verifyJournal(execute, { log, onProgress }),
      );
      const where =
        compared === null ? 'in the journal' : `in the journal, and ${compared} of them in EventStoreDB`;
      process.stdout.write(
        difference ? `DIFFERENCE: ${difference}\n` : `${verified} events are right, ${where}.\n`,
      );
      process.exitCode = difference ? ExitStatus.negative : 0;
    } finally {
      await log?.close();
      await database.stop();
    }
  },
  { unreachable: [EventStoreUnavailable] },
);
