/** URLs of the superuser, to the template. */
export interface ClusterUrls {
  readonly primary: string;
  readonly standby: string;
}

/** The database that every test file gets a copy of; its copies have names that begin with its own. */
export const TEMPLATE = 'registry_template';

export const WRITE_USER = { name: 'registry_app', password: 'password-of-tests-that-write' };
export const READ_USER = { name: 'registry_reader', password: 'password-of-tests-that-read' };

/** The same server, another database, and another user where one is given. */
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
