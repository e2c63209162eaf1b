import { startJournal } from '../../src/journal/index.ts';

/** A process that leads the journal of the database named by its first argument, and prints when it does. */
const [writeUrl = ''] = process.argv.slice(2);
const journal = startJournal({ writeUrl, onError: () => {} });
const timer = setInterval(() => {
  if (!journal.status().leads) return;
  process.stdout.write('leads\n');
  clearInterval(timer);
}, 20);
