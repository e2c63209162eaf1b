import * as grpc from '@grpc/grpc-js';
import type { Users } from './users.ts';

/** Discovery requires no credentials, as in EventStoreDB. */
const PROTECTED = ['/event_store.client.streams.Streams/', '/event_store.client.users.Users/'];

/** Refuses calls without the credentials of a known user. */
export function requireUser(users: Users): grpc.ServerInterceptor {
  return ({ path }, call) =>
    new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            const isOpen = !PROTECTED.some((prefix) => path.startsWith(prefix));
            if (isOpen || users.callerOf(metadata) !== undefined) return pass(metadata);
            call.sendStatus({ code: grpc.status.UNAUTHENTICATED, details: 'Received HTTP status code 401' });
          },
        }),
    });
}
