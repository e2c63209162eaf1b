/** Scheme and authority, then the path, then the parameters. The authority may be empty or lack a host. */
const PARTS = /^(\w+:\/\/([^/?#]*))([^?#]*)(.*)$/s;

/**
 * The user and the password of a Postgres URL, empty where it has none. `URL` refuses credentials without a host, as in
 * `postgresql://user:password@/database?host=/var/run/postgresql`. As in libpq, parameters take precedence.
 */
export function credentialsOf(url: string): { user: string; password: string } {
  const [, , authority = '', , parameters = ''] = PARTS.exec(url) ?? [];
  const [user = '', password = ''] = /^([^:@]*):?([^@]*)@/.exec(authority)?.slice(1) ?? [];
  const given = new URLSearchParams(parameters);
  return {
    user: given.get('user') ?? decodeURIComponent(user),
    password: given.get('password') ?? decodeURIComponent(password),
  };
}

/** The same server, user and parameters, and another database. */
export function atDatabase(url: string, database: string): string {
  return url.replace(PARTS, `$1/${encodeURIComponent(database)}$4`);
}
