import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { refusalOf, type S3Credentials } from './signature.ts';

export interface FakeS3 extends S3Credentials {
  /** Of the bucket, by its path. */
  readonly url: string;
  /** The objects by key; for changes without a client. */
  readonly objects: Map<string, string>;
  /** The next requests get this status, one each; `'lose'`: it is done, and the connection breaks before the answer. */
  failNext(...failures: readonly (number | 'lose')[]): void;
  stop(): Promise<void>;
  /** Restarts with the same port and objects. */
  restart(): Promise<void>;
}

const BUCKET = 'anchors';
const LARGEST_PAGE = 1_000;

interface Answer {
  readonly status: number;
  readonly body?: string;
}

/**
 * A small S3 server with one bucket, addressed by path. It checks signatures, and supports GetObject, ListObjectsV2, and PutObject
 * with `If-None-Match: *`.
 *
 * @param page the most keys in one listing.
 */
export async function startS3(page = LARGEST_PAGE): Promise<FakeS3> {
  const credentials = { accessKeyId: 'an-id', secretAccessKey: 'a/secret+key', region: 'eu-test-1' };
  const objects = new Map<string, string>();
  const failures: (number | 'lose')[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    const failure = failures.shift();
    if (typeof failure === 'number') return send(response, errorAnswer(failure, 'InternalError'));
    const refusal = refusalOf(request, body, credentials);
    const answer = refusal ? errorAnswer(403, refusal) : answerTo(request, body.toString(), objects, page);
    if (failure === 'lose') return void response.destroy();
    send(response, answer);
  };
  let server = await listen(handle, 0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    ...credentials,
    url: `http://127.0.0.1:${port}/${BUCKET}`,
    objects,
    failNext: (...more) => void failures.push(...more),
    stop: () => close(server),
    async restart() {
      server = await listen(handle, port);
    },
  };
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  port: number,
): Promise<Server> {
  const server = createServer((request, response) => void handle(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

function send(response: ServerResponse, { status, body = '' }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/xml' }).end(body);
}

function answerTo(
  request: IncomingMessage,
  body: string,
  objects: Map<string, string>,
  page: number,
): Answer {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://host');
  const [, bucket, ...names] = pathname.split('/').map(decodeURIComponent);
  if (bucket !== BUCKET) return errorAnswer(404, 'NoSuchBucket');
  const key = names.join('/');
  if (request.method === 'PUT') return put(objects, key, body, request.headers['if-none-match']);
  if (request.method !== 'GET') return errorAnswer(501, 'NotImplemented');
  if (key === '') return list(objects, searchParams, page);
  const stored = objects.get(key);
  return stored === undefined ? errorAnswer(404, 'NoSuchKey') : { status: 200, body: stored };
}

function put(objects: Map<string, string>, key: string, body: string, condition: unknown): Answer {
  if (condition === '*' && objects.has(key)) return errorAnswer(412, 'PreconditionFailed');
  objects.set(key, body);
  return { status: 200 };
}

/** ListObjectsV2; the continuation token is the last key. */
function list(objects: Map<string, string>, query: URLSearchParams, page: number): Answer {
  const after = query.get('continuation-token') ?? '';
  const prefix = query.get('prefix') ?? '';
  const most = Math.min(page, Number(query.get('max-keys') ?? LARGEST_PAGE));
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).sort();
  const shown = keys.slice(0, most);
  const contents = shown.map((key) => {
    const text = objects.get(key) ?? '';
    const tag = createHash('md5').update(text).digest('hex');
    const facts = `<LastModified>2026-03-15T12:00:00.000Z</LastModified><ETag>&quot;${tag}&quot;</ETag>`;
    return `<Contents><Key>${key}</Key>${facts}<Size>${Buffer.byteLength(text)}</Size></Contents>`;
  });
  const next =
    shown.length < keys.length ? `<NextContinuationToken>${shown.at(-1)}</NextContinuationToken>` : '';
  const facts = `<Name>${BUCKET}</Name><IsTruncated>${next !== ''}</IsTruncated>${next}`;
  return { status: 200, body: xml(`<ListBucketResult>${facts}${contents.join('')}</ListBucketResult>`) };
}

function errorAnswer(status: number, code: string): Answer {
  return { status, body: xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`) };
}

const xml = (root: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${root}`;
