import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import usersService from '@eventstore/db-client/generated/users_grpc_pb.js';
import type usersPb from '@eventstore/db-client/generated/users_pb.js';
import * as grpc from '@grpc/grpc-js';
import { type Access, byAccessControlLists, openToAll } from './access.ts';
import { append, appendBatches, deleteStream, REFUSED } from './append-calls.ts';
import { requireUser } from './authentication.ts';
import { clusterOfOne, supportedMethods } from './discovery-calls.ts';
import { type Fault, type Faults, noFaults } from './faults.ts';
import { Memory } from './memory.ts';
import { openPort, type Port } from './port.ts';
import { read } from './read-calls.ts';
import { createUser } from './user-calls.ts';
import { Users } from './users.ts';

/** EventStoreDB accepts and sends events of up to 16 MiB; the default limit of gRPC is 4. */
const MOST_MESSAGE_BYTES = 17 * 1024 * 1024;

export interface EventStoreOptions {
  /** By default, any free port. */
  readonly port?: number | undefined;
  /** The file that stores acknowledged events across processes. Without it they survive restarts of the server only. */
  readonly dataFile?: string | undefined;
  /** Whether the server supports batch append, as all versions since 21.10 do. */
  readonly batchAppend?: boolean;
  /** Requires TLS with this certificate, and credentials; the `$acl` of streams is evaluated. */
  readonly secure?: Secure;
}

export interface Secure {
  /** PEM. */
  readonly certificate: string;
  /** The same in a file, for the clients. */
  readonly certificateFile: string;
  readonly privateKey: string;
  /** The first administrator. */
  readonly username: string;
  readonly password: string;
}

export interface FakeEventStore {
  /** With the administrator's log-in where the server requires one. */
  readonly connectionString: string;
  /** The same with another log-in. */
  connectionStringOf(username: string, password: string): string;
  readonly port: number;
  /** The contents of the streams; for appends and losses without a client. */
  readonly memory: Memory;
  /** Sets the faults of the next appends, one each. */
  failNext(...faults: readonly Fault[]): void;
  /** The number of those faults that no append has had yet. */
  faultsLeft(): number;
  /** This share of the appends, drawn from a seed, is refused, meets a full disk or loses its answer; `0` ends it. */
  failShare(share: number, seed: number): void;
  /** Sets the faults of the next reads and subscriptions, one each. */
  failNextRead(...faults: readonly Fault[]): void;
  /** Sets the faults of the next requests for the server's features: a new client sends one before its first append. */
  failNextFeatures(...faults: readonly ('refuse' | 'hang')[]): void;
  /** Closes the port and breaks its connections; the data remains. */
  stop(): Promise<void>;
  /** Restarts with the same port and data. */
  restart(): Promise<void>;
}

/**
 * A small server with EventStoreDB's gRPC protocol, built on the service definitions of the client. Deletions, links and
 * filters are not implemented.
 *
 * @throws {Error} when the port is taken, or the data file has another format.
 */
export async function startEventStore(options: EventStoreOptions = {}): Promise<FakeEventStore> {
  const { dataFile, batchAppend = true, secure } = options;
  const memory = new Memory(dataFile);
  const faults = { appends: noFaults(), reads: noFaults(), features: noFaults() };
  const users = new Users(secure ? [{ ...secure, name: secure.username, groups: ['$admins'] }] : []);
  const access = secure ? byAccessControlLists(memory, users) : openToAll;
  const open = (port: number) => serve({ memory, users, access, faults, batchAppend, secure }, port);
  let serving: Serving | undefined = await open(options.port ?? 0);
  const port = serving.port.number;
  const stop = async () => {
    const stopping = serving;
    serving = undefined;
    await stopping?.port.close();
    stopping?.server.forceShutdown();
  };
  const connectionStringOf = (username: string, password: string) =>
    secure
      ? `esdb://${username}:${password}@localhost:${port}?tls=true&tlsCAFile=${encodeURIComponent(secure.certificateFile)}`
      : `esdb://127.0.0.1:${port}?tls=false`;
  return {
    connectionString: connectionStringOf(secure?.username ?? '', secure?.password ?? ''),
    connectionStringOf,
    port,
    memory,
    failNext: faults.appends.add,
    faultsLeft: faults.appends.left,
    failShare: faults.appends.draw,
    failNextRead: faults.reads.add,
    failNextFeatures: faults.features.add,
    stop,
    async restart() {
      await stop();
      serving = await open(port);
    },
  };
}

interface Serving {
  readonly server: grpc.Server;
  readonly port: Port;
}

interface Settings {
  readonly secure: Secure | undefined;
  readonly memory: Memory;
  readonly users: Users;
  readonly access: Access;
  readonly faults: { readonly appends: Faults; readonly reads: Faults; readonly features: Faults };
  readonly batchAppend: boolean;
}

/** Connections are accepted outside gRPC, so that a single one can be broken. */
async function serve(settings: Settings, portNumber: number): Promise<Serving> {
  const { secure, users } = settings;
  const server = new grpc.Server({
    'grpc.max_receive_message_length': MOST_MESSAGE_BYTES,
    ...(secure && { interceptors: [requireUser(users)] }),
  });
  const injector = server.createConnectionInjector(serverCredentials(secure));
  const port = await openPort(portNumber, (socket) => injector.injectConnection(socket));
  addStreams(server, settings, port.drop);
  addUsers(server, settings);
  addDiscovery(server, settings, port.number);
  return { server, port };
}

function serverCredentials(secure: Secure | undefined): grpc.ServerCredentials {
  if (secure === undefined) return grpc.ServerCredentials.createInsecure();
  const pair = { cert_chain: Buffer.from(secure.certificate), private_key: Buffer.from(secure.privateKey) };
  return grpc.ServerCredentials.createSsl(null, [pair]);
}

function addStreams(
  server: grpc.Server,
  { memory, access, faults, batchAppend }: Settings,
  drop: Port['drop'],
): void {
  const appending = { memory, access, faults: faults.appends, drop };
  const reading = { memory, access, faults: faults.reads, drop };
  server.addService(streamsService.StreamsService, {
    append: (
      call: grpc.ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>,
      answer: grpc.sendUnaryData<streamsPb.AppendResp>,
    ) => append(call, answer, appending),
    ...(batchAppend && {
      batchAppend: (call: grpc.ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>) =>
        appendBatches(call, appending),
    }),
    read: (call: grpc.ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>) =>
      void read(call, reading),
    delete: (
      call: grpc.ServerUnaryCall<streamsPb.DeleteReq, streamsPb.DeleteResp>,
      answer: grpc.sendUnaryData<streamsPb.DeleteResp>,
    ) => deleteStream(call, answer, appending),
  });
}

function addUsers(server: grpc.Server, { users, access }: Settings): void {
  server.addService(usersService.UsersService, {
    create: (
      call: grpc.ServerUnaryCall<usersPb.CreateReq, usersPb.CreateResp>,
      answer: grpc.sendUnaryData<usersPb.CreateResp>,
    ) => createUser(call, answer, { users, access }),
  });
}

function addDiscovery(server: grpc.Server, { faults, batchAppend }: Settings, port: number): void {
  const id = crypto.randomUUID();
  server.addService(featuresService.ServerFeaturesService, {
    getSupportedMethods: (_: unknown, answer: grpc.sendUnaryData<featuresPb.SupportedMethods>) => {
      const fault = faults.features.next();
      if (fault === 'refuse') answer(REFUSED);
      else if (fault !== 'hang') answer(null, supportedMethods(batchAppend));
    },
  });
  server.addService(gossipService.GossipService, {
    read: (_: unknown, answer: grpc.sendUnaryData<gossipPb.ClusterInfo>) =>
      answer(null, clusterOfOne(id, port)),
  });
}
