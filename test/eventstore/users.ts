import type * as grpc from '@grpc/grpc-js';

/** A user of the server. Members of `$admins` have all rights. */
export interface User {
  readonly name: string;
  readonly password: string;
  readonly groups: readonly string[];
}

/** The users of a server. */
export class Users {
  readonly #byName = new Map<string, User>();

  constructor(first: readonly User[]) {
    for (const user of first) this.#byName.set(user.name, user);
  }

  /** @returns whether the name was free. */
  add(user: User): boolean {
    if (this.#byName.has(user.name)) return false;
    this.#byName.set(user.name, user);
    return true;
  }

  /** The user identified by the HTTP basic authentication of a call. */
  callerOf(metadata: grpc.Metadata): User | undefined {
    const [, encoded = ''] = /^Basic (.+)$/.exec(String(metadata.get('authorization')[0])) ?? [];
    const [, name = '', password] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, 'base64').toString()) ?? [];
    const user = this.#byName.get(name);
    return user?.password === password ? user : undefined;
  }
}
