import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type streamsPb from '@eventstore/db-client/generated/streams_pb.js';
import * as grpc from '@grpc/grpc-js';
import { type Appended, type Expected, Memory, type Proposed } from './memory.ts';
import {
  appendAnswer,
  batchAnswer,
  confirmation,
  expectedOfAppend,
  expectedOfBatch,
  notFoundAnswer,
  proposedOf,
  readAnswer,
  streamOf,
} from './messages.ts';

/** What the next appends meet, one each. `refuse` and `full` write nothing; `drop` writes and loses the answer; `stall` never answers. */
export type Fault = 'refuse' | 'full' | 'drop' | 'stall';

export interface EventStoreStandIn {
  readonly connectionString: string;
  readonly memory: Memory;
  failNext(...faults: readonly Fault[]): void;
  /** Every so-manieth append fails, by a seeded draw, with one of the faults; `0` ends it. */
  failShare(share: number, seed: number): void;
  /** The port closes and connections drop; the data stays. */
  stop(): Promise<void>;
  /** The same port and data again. */
  restart(): Promise<void>;
}

const SHARED_FAULTS: readonly Fault[] = ['refuse', 'full', 'drop'];

/** A small server that speaks EventStoreDB's gRPC protocol, built on the client's own service definitions. */
export async function startEventStore({ batchAppend = true } = {}): Promise<EventStoreStandIn> {
  const memory = new Memory();
  const faults: Fault[] = [];
  let draw: (() => Fault | undefined) | undefined;
  const nextFault = () => faults.shift() ?? draw?.();
  let server = serve(memory, nextFault, batchAppend);
  const port = await listen(server, 0);
  return {
    connectionString: `esdb://127.0.0.1:${port}?tls=false`,
    memory,
    failNext: (...next) => void faults.push(...next),
    failShare(share, seed) {
      draw = share > 0 ? drawFaults(share, seed) : undefined;
    },
    async stop() {
      server.forceShutdown();
    },
    async restart() {
      server.forceShutdown();
      server = serve(memory, nextFault, batchAppend);
      await listen(server, port);
    },
  };
}

function listen(server: grpc.Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, grpc.ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

/** A linear congruential generator: the same seed, the same faults. */
function drawFaults(share: number, seed: number): () => Fault | undefined {
  let state = seed >>> 0;
  const random = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return () => (random() < share ? SHARED_FAULTS[Math.floor(random() * SHARED_FAULTS.length)] : undefined);
}

type NextFault = () => Fault | undefined;

function serve(memory: Memory, nextFault: NextFault, batchAppend: boolean): grpc.Server {
  const server = new grpc.Server();
  server.addService(featuresService.ServerFeaturesService, {
    getSupportedMethods: (_: unknown, answer: grpc.sendUnaryData<featuresPb.SupportedMethods>) =>
      answer(null, supportedMethods(batchAppend)),
  });
  server.addService(streamsService.StreamsService, {
    append: (
      call: grpc.ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>,
      answer: grpc.sendUnaryData<streamsPb.AppendResp>,
    ) => append(call, answer, memory, nextFault),
    batchAppend: (call: grpc.ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>) =>
      appendBatches(call, memory, nextFault),
    read: (call: grpc.ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>) => read(call, memory),
  });
  return server;
}

function supportedMethods(batchAppend: boolean): featuresPb.SupportedMethods {
  const methods = new featuresPb.SupportedMethods();
  methods.setEventStoreServerVersion('23.10.0');
  for (const name of ['append', 'read', ...(batchAppend ? ['batchappend'] : [])]) {
    const method = new featuresPb.SupportedMethod();
    method.setServiceName('event_store.client.streams.streams');
    method.setMethodName(name);
    methods.addMethods(method);
  }
  return methods;
}

const unavailable = { code: grpc.status.UNAVAILABLE, details: 'The server is not ready.' };
const fullDisk = { code: grpc.status.RESOURCE_EXHAUSTED, details: 'There is not enough space on the disk.' };

interface Ways<T> {
  readonly write: () => T;
  readonly answer: (written: T) => void;
  readonly fail: (error: { code: grpc.status; details: string }) => void;
}

/** Writes and answers, but for what the fault takes away. */
function meet<T>(fault: Fault | undefined, { write, answer, fail }: Ways<T>): void {
  if (fault === 'refuse') fail(unavailable);
  else if (fault === 'full') fail(fullDisk);
  else {
    const written = write();
    if (fault === 'drop') fail(unavailable);
    else if (fault !== 'stall') answer(written);
  }
}

function append(
  call: grpc.ServerReadableStream<streamsPb.AppendReq, streamsPb.AppendResp>,
  answer: grpc.sendUnaryData<streamsPb.AppendResp>,
  memory: Memory,
  nextFault: NextFault,
): void {
  let stream = '';
  let expected: Expected = 'any';
  const proposed: Proposed[] = [];
  call.on('data', (request: streamsPb.AppendReq) => {
    const options = request.getOptions();
    const message = request.getProposedMessage();
    if (options) {
      stream = streamOf(options.getStreamIdentifier());
      expected = expectedOfAppend(options);
    }
    if (message) proposed.push(proposedOf(message));
  });
  call.on('end', () =>
    meet(nextFault(), {
      write: () => memory.append(stream, expected, proposed),
      answer: (appended) => answer(null, appendAnswer(appended, expected)),
      fail: (error) => answer(error),
    }),
  );
}

interface Batch {
  readonly stream: string;
  readonly expected: Expected;
  readonly proposed: Proposed[];
}

function appendBatches(
  call: grpc.ServerDuplexStream<streamsPb.BatchAppendReq, streamsPb.BatchAppendResp>,
  memory: Memory,
  nextFault: NextFault,
): void {
  const batches = new Map<string, Batch>();
  call.on('data', (request: streamsPb.BatchAppendReq) => {
    const correlation = request.getCorrelationId();
    const key = correlation?.getString() ?? '';
    const options = request.getOptions();
    const batch = batches.get(key) ?? {
      stream: streamOf(options?.getStreamIdentifier()),
      expected: expectedOfBatch(options),
      proposed: [],
    };
    batches.set(key, batch);
    batch.proposed.push(...request.getProposedMessagesList().map(proposedOf));
    if (!request.getIsFinal()) return;
    batches.delete(key);
    const { stream, expected, proposed } = batch;
    meet<Appended | { readonly result: 'too large' }>(nextFault(), {
      write: () =>
        memory.isTooLarge(proposed) ? { result: 'too large' } : memory.append(stream, expected, proposed),
      answer: (outcome) => call.write(batchAnswer(correlation, stream, outcome, expected)),
      fail: (error) => call.emit('error', error),
    });
  });
  call.on('end', () => call.end());
}

const SUBSCRIPTION_LOOK_MS = 20;

function read(call: grpc.ServerWritableStream<streamsPb.ReadReq, streamsPb.ReadResp>, memory: Memory): void {
  const options = call.request.getOptions();
  const from = options?.getStream();
  const stream = streamOf(from?.getStreamIdentifier());
  const events = memory.events(stream);
  if (options?.hasSubscription()) {
    call.write(confirmation());
    let next = from?.hasStart() ? 0 : from?.hasEnd() ? events.length : Number(from?.getRevision()) + 1;
    const timer = setInterval(() => {
      for (const event of memory.events(stream).slice(next)) call.write(readAnswer(event));
      next = Math.max(next, memory.events(stream).length);
    }, SUBSCRIPTION_LOOK_MS);
    call.on('cancelled', () => clearInterval(timer));
    return;
  }
  if (events.length === 0) call.write(notFoundAnswer(stream));
  const backwards = options?.getReadDirection() === 1;
  const start = from?.hasStart() ? 0 : from?.hasEnd() ? Number.MAX_SAFE_INTEGER : Number(from?.getRevision());
  const ordered = backwards
    ? events.filter(({ revision }) => revision <= start).reverse()
    : events.filter(({ revision }) => revision >= start);
  for (const event of ordered.slice(0, Number(options?.getCount()))) call.write(readAnswer(event));
  call.end();
}
