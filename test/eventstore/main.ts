import { parseArgs } from 'node:util';
import { startEventStore } from './server.ts';

/**
 * The fake as a separate process, until SIGTERM or SIGINT:
 *
 * npx tsx test/eventstore/main.ts --port 2113 --data events.jsonl
 */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '2113' }, data: { type: 'string' } },
});

const eventStore = await startEventStore({ port: Number(values.port), dataFile: values.data });
process.stdout.write(`${eventStore.connectionString}\n`);

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, async () => {
    await eventStore.stop();
    eventStore.memory.close();
  });
}
