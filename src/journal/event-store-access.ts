import {
  convertToCommandError,
  type EventStoreDBClient,
  LoginConflictError,
  type StreamACL,
} from '@eventstore/db-client';
import usersService from '@eventstore/db-client/generated/users_grpc_pb.js';
import usersPb from '@eventstore/db-client/generated/users_pb.js';
import pRetry from 'p-retry';
import type { Credentials } from './connection-string.ts';
import { dispose, EventStoreUnavailable, isNotPermitted, newClient } from './event-stream.ts';
import { accessListFor } from './stream-protection.ts';

/** Seven seconds in all. */
const RETRIES = 3;

export interface AccessRequest {
  /** The connection string of an administrator. */
  readonly administrator: string;
  /** The user of the registry. It is created if the server does not know it; otherwise its password stays. */
  readonly user: Credentials;
  readonly streams: readonly string[];
  /** Users and groups that may read the streams as well. */
  readonly readers: readonly string[];
}

export interface AccessGranted {
  readonly userCreated: boolean;
}

/**
 * Lets the user of the registry append to the streams and read them, and nothing else. The metadata of a stream is replaced: limits
 * that hide events are removed.
 *
 * @throws {ConfigError} when the client cannot use the connection string. @throws {EventStoreUnavailable}
 */
export async function secureEventStore(request: AccessRequest): Promise<AccessGranted> {
  const client = newClient(request.administrator, 'ESDB_ADMIN_CONNECTION_STRING');
  try {
    // A server that has just started does not know its administrators yet.
    return await pRetry(() => grant(client, request), {
      retries: RETRIES,
      shouldRetry: ({ error }) => !isNotPermitted(error),
    });
  } catch (error) {
    throw new EventStoreUnavailable(error, 'ESDB_ADMIN_CONNECTION_STRING');
  } finally {
    await dispose(client);
  }
}

async function grant(
  client: EventStoreDBClient,
  { user, streams, readers }: AccessRequest,
): Promise<AccessGranted> {
  const userCreated = await createUser(client, user);
  const acl: StreamACL = accessListFor(user.username, readers);
  for (const stream of streams) await client.setStreamMetadata(stream, { acl });
  return { userCreated };
}

/** The client's generic call, which is protected: it has no call for users, although the protocol has. */
const EXECUTE = 'execute';
const CALL_ARGUMENTS = 'callArguments';

/** @returns whether there was no such user. */
async function createUser(client: EventStoreDBClient, { username, password }: Credentials): Promise<boolean> {
  const options = new usersPb.CreateReq.Options();
  options.setLoginName(username);
  options.setFullName('Granular certificate registry');
  options.setPassword(password);
  const request = new usersPb.CreateReq();
  request.setOptions(options);
  const create = (users: usersService.UsersClient) =>
    new Promise<boolean>((resolve, reject) => {
      users.create(request, ...client[CALL_ARGUMENTS]({ requiresLeader: true }), (failure) =>
        failure ? reject(convertToCommandError(failure)) : resolve(true),
      );
    });
  try {
    return await client[EXECUTE](usersService.UsersClient, 'createUser', create);
  } catch (error) {
    if (error instanceof LoginConflictError) return false;
    throw error;
  }
}
