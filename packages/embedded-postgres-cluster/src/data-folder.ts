import {
  appendFile,
  cp,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Binaries } from './binaries.ts';
import { CONFIGURATION_FILE, HOST_BASED_AUTHENTICATION, SUPERUSER } from './configuration.ts';
import { EmbeddedPostgresError, isSystemError } from './error.ts';
import { describeTail } from './log-file.ts';
import { changeOwner, type OsUser } from './os-user.ts';
import { settlesWithin } from './polling.ts';
import { startSupervised } from './supervisor.ts';
import { tempPathFor } from './temp-path.ts';

const INITDB_LIMIT_MS = 120_000;
/** `DB_SHUTDOWNED` of PostgreSQL's `pg_control.h`. */
const CLEANLY_SHUT_DOWN = 1;

/** What is needed to create and run a node. */
export interface NodeTools {
  readonly binaries: Binaries;
  readonly osUser: OsUser | undefined;
  readonly password: string;
  readonly logFile: string;
  /** False if the caller has set fsync=off: the data need not survive a crash of the machine. */
  readonly durable: boolean;
}

/** The first fields of `global/pg_control`. */
export interface ControlData {
  /** The identity of the cluster, which a primary and its standbys share. */
  readonly systemIdentifier: bigint;
  readonly cleanlyShutDown: boolean;
}

/** Creates an empty primary at a temporary path, and renames it when it is complete. */
export async function createPrimary(folder: string, tools: NodeTools): Promise<void> {
  const tempPath = tempPathFor(folder);
  const passwordFile = `${tempPath}.password`;
  await writeOwnedFile(passwordFile, `${tools.password}\n`, tools.osUser);
  await mkdir(tempPath, { mode: 0o700 });
  await changeOwner(tempPath, tools.osUser);
  await runInitdb(tempPath, passwordFile, tools);
  await rm(passwordFile);
  await writeFile(join(tempPath, 'pg_hba.conf'), HOST_BASED_AUTHENTICATION);
  await appendFile(join(tempPath, 'postgresql.conf'), `\ninclude_if_exists '${CONFIGURATION_FILE}'\n`);
  await rename(tempPath, folder);
}

async function runInitdb(folder: string, passwordFile: string, tools: NodeTools): Promise<void> {
  const args = [
    ['-D', folder, '-U', SUPERUSER, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    tools.durable ? [] : ['--no-sync'],
  ].flat();
  const { osUser, logFile } = tools;
  const initdb = await startSupervised({ command: tools.binaries.initdb, args, osUser, logFile });
  if (!(await settlesWithin(INITDB_LIMIT_MS, initdb.ended))) initdb.signal('SIGKILL');
  if (initdb.exitCode() === 0) return;
  throw new EmbeddedPostgresError(`initdb failed; ${await describeTail(logFile)}`);
}

/**
 * Replaces the folder of the standby by a copy of a primary that is shut down.
 *
 * @throws {EmbeddedPostgresError} when the primary uses tablespaces, which the two nodes would share.
 */
export async function copyToStandby(
  primary: string,
  standby: string,
  osUser: OsUser | undefined,
): Promise<void> {
  if ((await readdir(join(primary, 'pg_tblspc'))).length > 0) {
    throw new EmbeddedPostgresError(`${primary} uses tablespaces, which the standby cannot copy`);
  }
  const tempPath = tempPathFor(standby);
  const notCopied = new Set(['postmaster.pid', 'postmaster.opts', CONFIGURATION_FILE]);
  await cp(primary, tempPath, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => {
      const path = relative(primary, source);
      return !notCopied.has(path) && !path.startsWith(`pg_replslot${sep}`);
    },
  });
  await writeFile(join(tempPath, 'standby.signal'), '');
  await changeOwner(tempPath, osUser);
  await rm(standby, { recursive: true, force: true });
  await rename(tempPath, standby);
}

/** Reads the control file of a node. @returns undefined if there is none; Postgres could not start without it. */
export async function readControlData(folder: string): Promise<ControlData | undefined> {
  try {
    const head = await readFile(join(folder, 'global', 'pg_control'));
    return {
      systemIdentifier: head.readBigUInt64LE(0),
      cleanlyShutDown: head.readUInt32LE(16) === CLEANLY_SHUT_DOWN,
    };
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ENOTDIR', 'ERR_OUT_OF_RANGE', 'ERR_BUFFER_OUT_OF_BOUNDS'))
      return undefined;
    throw error;
  }
}

/** Whether the folder contains a standby of the primary; false after a promotion. */
export async function isStandbyOf(primary: string, standby: string): Promise<boolean> {
  const [mine, its] = await Promise.all([readControlData(standby), readControlData(primary)]);
  if (mine === undefined || mine.systemIdentifier !== its?.systemIdentifier) return false;
  const signal = await stat(join(standby, 'standby.signal')).catch(() => undefined);
  return signal !== undefined;
}

/** @throws {EmbeddedPostgresError} when another major version of PostgreSQL has written the folder. */
export async function assertVersion(folder: string, binaries: Binaries): Promise<void> {
  const version = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (version === binaries.major) return;
  throw new EmbeddedPostgresError(
    `${folder} was written by PostgreSQL ${version}, this is ${binaries.major}: ` +
      `dump and restore it, or remove ${dirname(folder)} to create an empty one`,
  );
}

/** Writes the configuration of a node. Only Postgres can read it, because it contains a password. */
export async function writeConfiguration(
  folder: string,
  text: string,
  osUser: OsUser | undefined,
): Promise<void> {
  const path = join(folder, CONFIGURATION_FILE);
  await rm(path, { force: true });
  await writeOwnedFile(path, text, osUser);
}

async function writeOwnedFile(path: string, text: string, osUser: OsUser | undefined): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    if (osUser) await file.chown(osUser.uid, osUser.gid);
  } finally {
    await file.close();
  }
}
