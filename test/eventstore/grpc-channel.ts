import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';

const PARTS = /^esdb(?:\+discover)?:\/\/(?:([^:@/]*):([^@/]*)@)?([^,/?]+)[^?]*(.*)$/;

/** User and password of a connection string, if it has them. */
export function credentialsIn(connectionString: string): { username: string; password: string } | undefined {
  const [, username, password] = PARTS.exec(connectionString) ?? [];
  if (username === undefined || password === undefined) return undefined;
  return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/**
 * What a plain gRPC client needs to call the first server of a connection string: with TLS unless it says `tls=false`.
 */
export function channelOf(connectionString: string) {
  const [, , , address = '', parameters = ''] = PARTS.exec(connectionString) ?? [];
  const options = new URLSearchParams(parameters);
  const authority = options.get('tlsCAFile');
  const metadata = new grpc.Metadata();
  const { username, password } = credentialsIn(connectionString) ?? {};
  if (username !== undefined) {
    metadata.set('authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
  }
  const isInsecure = options.get('tls') === 'false';
  const credentials = isInsecure
    ? grpc.credentials.createInsecure()
    : grpc.credentials.createSsl(authority ? readFileSync(authority) : null);
  return { address, credentials, metadata };
}
