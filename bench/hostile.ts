import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ConfigError } from '../src/config.ts';
import { runProgram } from '../src/program.ts';
import { withCluster } from './embedded.ts';
import type { AttackerCommand, Outcome } from './hostile-attacker.ts';
import { type AttackName, attacks, type Target } from './hostile-attacks.ts';
import { type HonestLoad, honestLoad, type Sample, SHARED_ADDRESS } from './hostile-clients.ts';
import { compare, type Measured, report, tableOf } from './hostile-figures.ts';
import { type HostileRegistry, openHostileRegistry } from './hostile-registry.ts';

/*
 * Measures what 14 honest clients notice of each attack: the same load without and with the attack, side by side, in
 * rounds that alternate. `-- --attack streams,bodies` selects attacks, `-- --json FILE` writes the figures as JSON.
 * Exits with 1 if an honest request was refused, or took more than three times as long (p99).
 */

const ROUNDS = 2;
const CALM_MS = 5_000;
const ATTACK_MS = 6_000;
/** An attack is under way for so long before it is measured, and the registry has so long afterwards, at least. */
const RAMP_MS = 1_500;
const RECOVERY_MS = 1_000;

const ATTACKER = fileURLToPath(new URL('hostile-attacker.ts', import.meta.url));
const say = (line: string) => void process.stdout.write(`${line}\n`);

/** @throws {ConfigError} for an unknown attack. */
function chosenAttacks(list: string | undefined): AttackName[] {
  const all = Object.keys(attacks) as AttackName[];
  if (list === undefined) return all;
  return list.split(',').map((name) => {
    const known = all.find((each) => each === name);
    if (known === undefined)
      throw new ConfigError(`There is no attack ${name}. There are: ${all.join(', ')}.`);
    return known;
  });
}

/** The attackers, in a process of their own. */
function startAttackers(target: Target) {
  const child: ChildProcess = fork(ATTACKER, {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const send = (command: AttackerCommand) => void child.send(command);
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error('the process of the attackers ended')),
  );
  failed.catch(() => undefined);
  return {
    begin: (name: AttackName) => send({ begin: name, target }),
    async end(): Promise<Outcome> {
      const ended = once(child, 'message');
      send('end');
      const [outcome] = await Promise.race([ended, failed]);
      return outcome as Outcome;
    },
    stop: () => child.kill(),
  };
}

type Attackers = ReturnType<typeof startAttackers>;

interface Sides {
  readonly registry: HostileRegistry;
  readonly load: HonestLoad;
  readonly attackers: Attackers;
}

async function measure({ registry, load, attackers }: Sides, attack: AttackName): Promise<Measured> {
  const [calm, attacked]: [Sample[], Sample[]] = [[], []];
  const answers: Record<string, number> = {};
  for (let round = 0; round < ROUNDS; round++) {
    calm.push(...(await load.run(CALM_MS)));
    attackers.begin(attack);
    await sleep(RAMP_MS);
    attacked.push(...(await load.run(ATTACK_MS)));
    for (const [status, count] of Object.entries(await attackers.end())) {
      answers[status] = (answers[status] ?? 0) + count;
    }
    await sleep(RECOVERY_MS);
    await registry.settle();
  }
  return compare({ attack, number: attacks[attack].number, calm, attacked, answers });
}

function targetOf({ url, attackers, attacked, traders, admin }: HostileRegistry): Target {
  const { trader, auditor, watcher } = attackers;
  return {
    url,
    traderToken: trader.token,
    auditorToken: auditor.token,
    watcherToken: watcher.token,
    victim: (traders[0] ?? admin).email,
    address: '127.0.0.3',
    sharedAddress: SHARED_ADDRESS,
    accountId: attacked.accountId,
    bundles: attacked.bundles,
  };
}

runProgram(async () => {
  const { values } = parseArgs({ options: { attack: { type: 'string' }, json: { type: 'string' } } });
  const chosen = chosenAttacks(values.attack);
  await withCluster(async (cluster, config) => {
    const registry = await openHostileRegistry(cluster, config, say);
    const load = honestLoad(registry);
    const attackers = startAttackers(targetOf(registry));
    const measured: Measured[] = [];
    try {
      await load.run(CALM_MS);
      for (const attack of chosen) {
        say(`${attack}: ${attacks[attack].what}`);
        measured.push(await measure({ registry, load, attackers }, attack));
      }
    } finally {
      attackers.stop();
      load.close();
      await registry.stop();
    }
    for (const line of tableOf(measured)) say(line);
    if (values.json) await writeFile(values.json, `${JSON.stringify(measured, null, 2)}\n`);
    const failures = report(measured);
    for (const failure of failures) say(failure);
    process.exitCode = failures.length === 0 ? 0 : 1;
  });
});
