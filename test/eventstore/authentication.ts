import * as grpc from '@grpc/grpc-js';

const STREAMS = '/event_store.client.streams.Streams/';

/** Refuses calls that read or write streams without these credentials. Discovery needs none, as in EventStoreDB. */
export function requireCredentials(credentials: {
  username: string;
  password: string;
}): grpc.ServerInterceptor {
  const expected = `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  return ({ path }, call) =>
    new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            const isAllowed = !path.startsWith(STREAMS) || metadata.get('authorization')[0] === expected;
            if (isAllowed) return pass(metadata);
            call.sendStatus({ code: grpc.status.UNAUTHENTICATED, details: 'Received HTTP status code 401' });
          },
        }),
    });
}
