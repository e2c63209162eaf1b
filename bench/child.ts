import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LoadJob, LoadResult } from './load-job.ts';
import type { Side } from './side.ts';

/** A program of this folder in a process of its own, which answers one message at a time. */
export interface Child<Message, Answer> {
  ask(message: Message): Promise<Answer>;
  stop(): Promise<void>;
}

type Reply<Answer> = { readonly result: Answer } | { readonly error: string };

function start<Message extends object, Answer>(
  program: string,
  options: {
    readonly args?: readonly string[];
    readonly nodeArgs?: readonly string[];
    readonly environment?: Readonly<Record<string, string>>;
  } = {},
): Child<Message, Answer> {
  const { args = [], nodeArgs = [], environment = {} } = options;
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [...args], {
    execArgv: ['--import', 'tsx', ...nodeArgs],
    env: { ...process.env, ...environment },
  });
  return {
    async ask(message) {
      const reply = replyOf<Answer>(child, program);
      child.send(message);
      const answer = await reply;
      if ('error' in answer) throw new Error(answer.error);
      return answer.result;
    },
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, 'exit');
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

function replyOf<Answer>(child: ChildProcess, program: string): Promise<Reply<Answer>> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`${program} exited with ${code}`));
    child.once('exit', exited);
    child.once('message', (reply) => {
      child.off('exit', exited);
      resolve(reply as Reply<Answer>);
    });
  });
}

export type LoadGenerator = Child<LoadJob, LoadResult>;

export const startLoadGenerator = (): LoadGenerator => start('load-process.ts');

/** The databases that a limit server uses. */
export interface LimitServerUrls {
  readonly writeUrl: string;
  readonly readUrl: string;
}

/** Starts the server of the limits. It answers with its origin. */
export const startLimitServer = (): Child<LimitServerUrls, string> => start('limit-server.ts');

/** Readings to issue, of devices without issuances. */
export interface IssueBatch {
  readonly deviceIds: readonly number[];
  readonly metadataId: number;
  /** ISO 8601 */
  readonly from: string;
  readonly hours: number;
}

/** Starts the program that issues with the code of a revision. It answers with the milliseconds that a batch took. */
export const startIssuer = (
  { folder, environment }: Pick<Side, 'folder' | 'environment'>,
  nodeArgs: readonly string[],
): Child<IssueBatch, number> => start('issue-process.ts', { args: [folder], environment, nodeArgs });
