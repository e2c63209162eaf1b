import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { seedSampleRegistry } from '../../seed/sample-registry.ts';
import { startJournal } from '../../src/journal/index.ts';
import { NOW, openRegistry, type TestRegistry } from './registry.ts';

export interface SampleRegistry extends TestRegistry {
  readonly url: string;
}

/** The registry that `make demo` starts: sample data, an ordered journal, and a port of its own. */
export async function openSampleRegistry(settings: Record<string, string>): Promise<SampleRegistry> {
  const registry = await openRegistry(settings);
  const { app, database, config } = registry;
  const journal = startJournal({ writeUrl: config.DATABASE_WRITE_URL, onError: () => {} });
  await seedSampleRegistry({ database, config, today: NOW, report: () => {} });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    ...registry,
    url,
    async close() {
      await journal.stop();
      await registry.close();
    },
  };
}

/** The code blocks of a document in one language, as one program. */
export async function printedProgram(file: string, language: string): Promise<string> {
  const text = await readFile(file, 'utf8');
  const blocks = [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))];
  if (blocks.length === 0) throw new Error(`${file} has no block of ${language}`);
  return blocks.map(([, block]) => block).join('\n');
}

/**
 * Runs a program against a registry. Returns its output.
 *
 * @throws {Error} when it fails.
 */
export async function runAgainst(url: string, command: string, ...parameters: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(command, parameters, {
    env: { ...process.env, REGISTRY: url },
  });
  return stdout;
}

/** What a reader would see if a printed step failed: a refusal, or a value that is missing from a response. */
export const FAILURE_OUTPUT = /"status":[45]\d\d|^undefined$/m;
