import { setMaxListeners } from 'node:events';
import { setPriority } from 'node:os';
import { type Attack, type AttackName, attacks, type Target } from './hostile-attacks.ts';

/*
 * The process of the attackers: runs one attack after the other, as its parent says. It has a lower priority than the
 * registry, because attackers bring machines of their own.
 */

/** What the parent says: to begin an attack, or to end the one under way. */
export type AttackerCommand = { readonly begin: AttackName; readonly target: Target } | 'end';

/** What the parent is told once an attack has ended: how many answers it got, by status. */
export type Outcome = Readonly<Record<string, number>>;

const NICE = 10;
setPriority(NICE);

let end: () => void = () => undefined;

process.on('message', (command: AttackerCommand) => {
  if (command === 'end') end();
  else void attack(attacks[command.begin], command.target);
});
process.on('disconnect', () => process.exit());

async function attack({ run }: Attack, target: Target): Promise<void> {
  const ended = new AbortController();
  end = () => ended.abort();
  // Each connection listens.
  setMaxListeners(0, ended.signal);
  const answers: Record<string, number> = {};
  const tally = (status: number) => {
    if (!ended.signal.aborted) answers[status] = (answers[status] ?? 0) + 1;
  };
  await run(target, tally, ended.signal);
  process.send?.(answers);
}
