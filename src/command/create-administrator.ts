import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { ConfigError, readConfig } from '../config.ts';
import { noLimits } from '../database/time-limits.ts';
import { databaseError } from '../database/transaction.ts';
import { loadEnvironment } from '../environment.ts';
import { makeLog } from '../log.ts';
import { constraintProblem } from '../operation/constraint.ts';
import { Problem } from '../operation/problem.ts';
import { runProgram } from '../program.ts';
import { openConfiguredDatabase } from '../start.ts';
import { registerUser, UserCreate } from '../user/index.ts';

/**
 * Registers an administrator: `--email E --name N`, the password as one line of standard input. The first user of a new registry
 * cannot be registered over HTTP, which requires an administrator.
 */
runProgram(async () => {
  const config = readConfig(loadEnvironment());
  const { values } = parseArgs({ options: { email: { type: 'string' }, name: { type: 'string' } } });
  const given = UserCreate.safeParse({ ...values, role: 'ADMIN', password: await readPassword() });
  if (!given.success) {
    const faults = given.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new ConfigError(`Usage: --email E --name N, the password on standard input. ${faults.join('; ')}`);
  }
  const database = await openConfiguredDatabase(config, makeLog({ ...config, LOG_LEVEL: 'silent' }), {
    limits: noLimits,
  });
  try {
    const user = await registerUser(given.data, async (work) => {
      const { value } = await database.transact({ userId: null, requestId: null }, work);
      return value;
    });
    process.stdout.write(`User ${user.id} is an administrator.\n`);
  } catch (error) {
    const refusal = constraintProblem(databaseError(error)?.constraint) ?? error;
    throw refusal instanceof Problem ? new ConfigError(messageOf(refusal)) : refusal;
  } finally {
    await database.stop();
  }
});

function messageOf({ message, details: { errors = [] } }: Problem): string {
  return [message, ...errors.map(({ path, message: why }) => `${path}: ${why}`)].join(' ');
}

/** A terminal shows the prompt but not the password. */
async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (process.stdin.isTTY) process.stderr.write('Password: ');
  const terminal = createInterface({
    input: process.stdin,
    output: silent,
    terminal: process.stdin.isTTY ?? false,
  });
  for await (const line of terminal) return line;
  return '';
}
