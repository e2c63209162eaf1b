import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { z } from 'zod';
import type { Line } from './line.ts';
import type { Subject } from './subject.ts';

/** Settings of Postgres that collect the statements. */
export const STATISTICS = { shared_preload_libraries: 'pg_stat_statements' };

const FOLDER = 'bench-profiles';
const MOST_ROWS = 15;

/**
 * Measures each line with a CPU profile of the processes that run code of the registry, and the statements of both servers by time.
 * The profiles open as flame graphs in the developer tools of Chromium, in Visual Studio Code and on speedscope.app.
 */
export async function profile(
  subject: Subject,
  lines: readonly Line[],
  say: (line: string) => void,
): Promise<void> {
  await mkdir(FOLDER, { recursive: true });
  await queryBoth(subject, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements', ['primary']);
  for (const line of lines) {
    const nodeArgs = (process: string) => [
      ...['--cpu-prof', '--cpu-prof-dir', join(import.meta.dirname, '..', FOLDER)],
      ...['--cpu-prof-name', `${line.name}.${process}.cpuprofile`],
    ];
    await subject.startApi(nodeArgs('api'));
    await queryBoth(subject, 'SELECT pg_stat_statements_reset()');
    const profiled = { ...subject, startIssuer: () => subject.startIssuer(nodeArgs('issuer')) };
    const { value } = await line.measure(profiled);
    say(`\n${line.name}: ${value.toFixed(0)} ${line.unit} (with a profiler)`);
    const statements = await queryBoth(subject, STATEMENTS);
    await subject.stopApi();
    for (const file of (await readdir(FOLDER)).filter((name) => name.startsWith(`${line.name}.`))) {
      say(`\n  CPU by function: ${join(FOLDER, file)}`);
      for (const row of await functionsOf(join(FOLDER, file))) say(`  ${row}`);
    }
    say('\n  time and calls of statements');
    for (const row of statements.slice(0, MOST_ROWS)) say(`  ${row.text}`);
  }
}

const STATEMENTS = `
  SELECT total_exec_time AS ms,
         to_char(total_exec_time, '999999') || ' ms' || to_char(calls, '9999999') || ' x  '
         || left(regexp_replace(query, '\\s+', ' ', 'g'), 120) AS text
  FROM pg_stat_statements WHERE query NOT LIKE '%pg_stat_statements%'`;

interface StatementRow {
  readonly ms: number;
  readonly text: string;
}

/** The rows of a query on both servers, in descending order of time. */
async function queryBoth(
  { side }: Subject,
  query: string,
  servers: readonly ('primary' | 'standby')[] = ['primary', 'standby'],
): Promise<StatementRow[]> {
  const found: StatementRow[] = [];
  for (const server of servers) {
    const client = new pg.Client({ connectionString: side.cluster[server].url('registry') });
    await client.connect();
    const { rows } = await client.query<StatementRow>(query);
    found.push(...rows.map(({ ms, text }) => ({ ms, text: `${server}  ${text}` })));
    await client.end();
  }
  return found.sort((a, b) => b.ms - a.ms);
}

const CpuProfile = z.object({
  nodes: z.array(
    z.object({
      hitCount: z.number().default(0),
      callFrame: z.object({ functionName: z.string(), url: z.string(), lineNumber: z.number() }),
    }),
  ),
});

/** The functions with the most time of their own, without the time that the process was idle. */
async function functionsOf(file: string): Promise<string[]> {
  const { nodes } = CpuProfile.parse(JSON.parse(await readFile(file, 'utf8')));
  const hits = new Map<string, number>();
  for (const { hitCount, callFrame } of nodes) {
    const { functionName, url, lineNumber } = callFrame;
    if (functionName === '(idle)') continue;
    const place =
      url === '' ? '' : `  ${url.replace(/^.*\/(node_modules|dist|src)\//, '')}:${lineNumber + 1}`;
    const key = `${functionName || '(anonymous)'}${place}`;
    hits.set(key, (hits.get(key) ?? 0) + hitCount);
  }
  const all = [...hits.values()].reduce((sum, each) => sum + each, 0);
  return [...hits]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_ROWS)
    .map(([key, count]) => `${((100 * count) / all).toFixed(1).padStart(5)} %  ${key}`);
}
