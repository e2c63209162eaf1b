import type { StreamACL, StreamMetadata } from '@eventstore/db-client';
import type { EventStream, StoredEvent } from './event-stream.ts';

const ADMINISTRATORS = '$admins';
const ADVICE = 'run "npm run eventstore:secure"';

/** The access control list of a stream that the user may read and append to, and nothing else; administrators may always. */
export function accessListFor(user: string, readers: readonly string[]): Required<StreamACL> {
  return {
    readRoles: [user, ...readers],
    writeRoles: [user],
    deleteRoles: [ADMINISTRATORS],
    metaReadRoles: [user, ...readers],
    metaWriteRoles: [ADMINISTRATORS],
  };
}

/** The state of a stream that its administrators are responsible for. The texts are public and contain no addresses. */
export interface StreamFindings {
  /** How readers miss events, or `null`. The server removes hidden events for good when it scavenges. */
  readonly hidden: string | null;
  /** What others than the registry could do to the stream. */
  readonly warnings: readonly string[];
  readonly first: StoredEvent | undefined;
}

/**
 * Reads the metadata and the first event of a stream.
 *
 * @param requiresUser whether a connection without a user is worth a warning. Without users, `$acl` has no effect.
 * @throws {EventStoreUnavailable}
 */
export async function inspectStream(
  log: Pick<EventStream, 'stream' | 'user' | 'metadata' | 'read'>,
  requiresUser: boolean,
): Promise<StreamFindings> {
  const metadata = await log.metadata();
  let first: StoredEvent | undefined;
  for await (const event of log.read(0, 1)) first = event;
  return {
    hidden: hiddenIn(log.stream, metadata ?? {}, first),
    warnings: [...accessWarnings(log, metadata, requiresUser), ...cacheWarnings(log.stream, metadata ?? {})],
    first,
  };
}

function hiddenIn(stream: string, metadata: StreamMetadata, first: StoredEvent | undefined): string | null {
  const { maxCount, maxAge, truncateBefore } = metadata;
  const limits = Object.entries({ $maxCount: maxCount, $maxAge: maxAge, $tb: truncateBefore })
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value}`);
  const missing = first && first.revision > 0 ? `begins with revision ${first.revision}` : undefined;
  const limited = limits.length > 0 ? `has the metadata ${limits.join(', ')}` : undefined;
  const reasons = [missing, limited].filter((reason) => reason !== undefined);
  return reasons.length === 0 ? null : `the stream ${stream} hides events: it ${reasons.join(' and ')}`;
}

function accessWarnings(
  { stream, user }: Pick<EventStream, 'stream' | 'user'>,
  metadata: StreamMetadata | undefined,
  requiresUser: boolean,
): string[] {
  if (user === undefined) {
    return requiresUser
      ? [`EventStoreDB is used without a user: everybody who reaches it can change the stream ${stream}`]
      : [];
  }
  if (metadata === undefined)
    return [`the registry may not read the metadata of the stream ${stream}: ${ADVICE}`];
  const others = othersIn(metadata.acl, user);
  return others.length === 0 ? [] : [`others may ${others.join(', ')} the stream ${stream}: ${ADVICE}`];
}

/** What users that are neither the registry nor administrators may do. A right that is not granted belongs to everybody. */
function othersIn(acl: StreamMetadata['acl'], user: string): string[] {
  const rights: Partial<StreamACL> = typeof acl === 'object' ? acl : {};
  const mayOthers = (roles: string | readonly string[] = '$all') =>
    [roles].flat().some((role) => role !== user && role !== ADMINISTRATORS);
  const granted = {
    'append to': mayOthers(rights.writeRoles),
    delete: mayOthers(rights.deleteRoles),
    'change the metadata of': mayOthers(rights.metaWriteRoles),
  };
  return Object.entries(granted).flatMap(([right, isGranted]) => (isGranted ? [right] : []));
}

/** `$cacheControl` hides no event from the protocol, but lets caches of the HTTP feed answer outdated pages. */
function cacheWarnings(stream: string, { cacheControl }: StreamMetadata): string[] {
  if (cacheControl === undefined) return [];
  return [`caches may answer readers of the HTTP feed of the stream ${stream} late by ${cacheControl} s`];
}
