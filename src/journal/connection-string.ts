export interface Credentials {
  readonly username: string;
  readonly password: string;
}

const CREDENTIALS = /^esdb(?:\+discover)?:\/\/([^:]+):([^@]+)@/;

/** User and password of a connection string to EventStoreDB. Without TLS there are none: the client does not send them. */
export function credentialsOf(connectionString: string): Credentials | undefined {
  const [, username, password] = CREDENTIALS.exec(connectionString) ?? [];
  if (username === undefined || password === undefined || /[?&]tls=false(&|$)/i.test(connectionString)) {
    return undefined;
  }
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}
