import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The sources of one revision of the registry, built. */
export interface Revision {
  readonly name: string;
  readonly folder: string;
  remove(): Promise<void>;
}

const HERE = fileURLToPath(new URL('..', import.meta.url));

/** The checkout that this program belongs to. */
export async function thisRevision(): Promise<Revision> {
  await build(HERE);
  return { name: 'registry', folder: HERE, remove: async () => undefined };
}

/**
 * A revision by its name in git, in a temporary folder. It shares the installed packages of this checkout if its lock file is the
 * same, and otherwise installs its own.
 */
export async function revisionOf(ref: string): Promise<Revision> {
  const { stdout } = await run('git', ['rev-parse', '--verify', '--short', `${ref}^{commit}`], { cwd: HERE });
  const commit = stdout.trim();
  const folder = await mkdtemp(join(tmpdir(), `registry-${commit}-`));
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await checkOut(commit, folder);
    await build(folder);
    return { name: commit, folder, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function checkOut(commit: string, folder: string): Promise<void> {
  const archive = join(folder, 'revision.tar');
  await run('git', ['archive', '--format=tar', '--output', archive, commit], { cwd: HERE });
  await run('tar', ['-xf', archive], { cwd: folder });
  await rm(archive);
  const lock = (of: string) => readFile(join(of, 'package-lock.json'), 'utf8');
  if ((await lock(folder)) === (await lock(HERE)))
    await symlink(join(HERE, 'node_modules'), join(folder, 'node_modules'));
  else await run('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder });
}

async function build(folder: string): Promise<void> {
  await mkdir(join(folder, 'dist/http'), { recursive: true });
  await run('npm', ['run', '--silent', 'build'], { cwd: folder });
}
