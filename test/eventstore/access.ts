import * as grpc from '@grpc/grpc-js';
import type { Memory } from './memory.ts';
import { describedBy, metadataOf } from './stream-metadata.ts';
import type { User, Users } from './users.ts';

/** The rights of an access control list: `$r` and `$w` for events, `$mr` and `$mw` for metadata, `$d` to delete. */
type Right = '$r' | '$w' | '$d' | '$mr' | '$mw';

export interface Access {
  mayRead(call: grpc.Metadata, stream: string | undefined): boolean;
  mayAppend(call: grpc.Metadata, stream: string): boolean;
  mayDelete(call: grpc.Metadata, stream: string): boolean;
  mayManageUsers(call: grpc.Metadata): boolean;
}

const ALL_USERS = '$all';
const ADMINISTRATORS = '$admins';

/** A server without authentication treats every caller as an administrator and does not evaluate `$acl`. */
export const openToAll: Access = {
  mayRead: () => true,
  mayAppend: () => true,
  mayDelete: () => true,
  mayManageUsers: () => true,
};

/**
 * Evaluates the `$acl` of each stream. A right that it does not name belongs to all users, or to administrators if the name of the
 * stream begins with `$`.
 */
export function byAccessControlLists(memory: Memory, users: Users): Access {
  const has = (metadata: grpc.Metadata, stream: string, right: Right): boolean => {
    const caller = users.callerOf(metadata);
    if (caller === undefined) return false;
    const fallback = stream.startsWith('$') ? ADMINISTRATORS : ALL_USERS;
    const holders = metadataOf(memory, stream).$acl?.[right] ?? [fallback];
    return isAdministrator(caller) || holders.some((role) => rolesOf(caller).includes(role));
  };
  const hasEither = (metadata: grpc.Metadata, stream: string, ofEvents: Right, ofMetadata: Right) => {
    const described = describedBy(stream);
    return described === undefined ? has(metadata, stream, ofEvents) : has(metadata, described, ofMetadata);
  };
  return {
    mayRead: (call, stream = '$all') => hasEither(call, stream, '$r', '$mr'),
    mayAppend: (call, stream) => hasEither(call, stream, '$w', '$mw'),
    mayDelete: (call, stream) => has(call, stream, '$d'),
    mayManageUsers: (call) => isAdministrator(users.callerOf(call)),
  };
}

const rolesOf = ({ name, groups }: User) => [name, ALL_USERS, ...groups];
const isAdministrator = (user: User | undefined) => user?.groups.includes(ADMINISTRATORS) ?? false;

/** The status of a call that is not permitted. A batch append receives a message instead. */
export function accessDenied(): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  metadata.set('exception', 'access-denied');
  return { code: grpc.status.PERMISSION_DENIED, details: 'Access Denied.', metadata };
}
