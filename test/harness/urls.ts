/** URLs of the superuser, to the template. */
export interface ClusterUrls {
  readonly primary: string;
  readonly standby: string;
}

/** The database that every test file copies; the names of the copies begin with its name. */
export const TEMPLATE = 'registry_template';

export const WRITE_USER = { name: 'registry_app', password: 'password-of-tests-that-write' };
export const READ_USER = { name: 'registry_reader', password: 'password-of-tests-that-read' };

/** The same server with another database and, if given, another user. */
export function atDatabase(url: string, database: string, user?: { name: string; password: string }): string {
  const parsed = new URL(url);
  parsed.pathname = `/${database}`;
  if (user) {
    parsed.username = user.name;
    parsed.password = user.password;
  }
  return parsed.toString();
}

export const databaseOf = (url: string) => new URL(url).pathname.slice(1);
