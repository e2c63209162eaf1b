import { S3Client, S3Errors } from '@bradenmacdonald/s3-lite-client';
import { within } from '../journal/index.ts';
import { textOf } from './anchor.ts';
import {
  type AnchorStore,
  FILE_NAME,
  fileNameOf,
  NO_FINDINGS,
  requireSame,
  type StoredText,
  StoreUnavailable,
  storedAnchor,
} from './store.ts';

const DEADLINE_MS = 10_000;
/** Requests at a time while all anchors are read. */
const CONCURRENCY = 16;
const PRECONDITION_FAILED = 412;

export interface BucketStoreOptions {
  /** Such as `https://s3.example.com/bucket/prefix`. */
  readonly url: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A bucket of an S3-compatible service, with one object per anchor, named by its position. `If-None-Match` keeps objects as they are. */
export function bucketStore({ url, region, accessKeyId, secretAccessKey }: BucketStoreOptions): AnchorStore {
  const { origin, bucket, prefix } = partsOf(url);
  const client = new S3Client({
    endPoint: origin,
    bucket,
    region,
    accessKey: accessKeyId,
    secretKey: secretAccessKey,
  });
  const names = async () => namesIn(client, prefix);
  const textOfObject = async (name: string) => {
    const response = await client.getObject(prefix + name);
    return response.text();
  };
  const stored = async (name: string): Promise<StoredText> => {
    const text = await answered(within(DEADLINE_MS, textOfObject(name)));
    return { kind: 'object', name, text };
  };
  const anchorOf = async (name: string) => storedAnchor(await stored(name));

  return {
    name: 'bucket',
    async last() {
      const name = (await names()).at(-1);
      return name === undefined ? undefined : anchorOf(name);
    },
    async *read() {
      const all = await names();
      for (let at = 0; at < all.length; at += CONCURRENCY)
        yield* await Promise.all(all.slice(at, at + CONCURRENCY).map(anchorOf));
    },
    async put(anchor) {
      const name = fileNameOf(anchor);
      try {
        await within(DEADLINE_MS, putOnce(client, prefix + name, textOf(anchor)));
      } catch (error) {
        if (!(error instanceof S3Errors.ServerError && error.statusCode === PRECONDITION_FAILED)) throw error;
        requireSame(await stored(name), anchor);
      }
    },
    inspect: async () => NO_FINDINGS,
    close: async () => {},
  };
}

function partsOf(url: string): { origin: string; bucket: string; prefix: string } {
  const { origin, pathname } = new URL(url);
  const [, bucket = '', ...folders] = pathname.replace(/\/$/, '').split('/').map(decodeURIComponent);
  return { origin, bucket, prefix: folders.map((folder) => `${folder}/`).join('') };
}

async function putOnce(client: S3Client, objectName: string, payload: string): Promise<void> {
  const headers = new Headers({ 'content-type': 'application/json', 'if-none-match': '*' });
  await client.makeRequest({ method: 'PUT', objectName, headers, payload });
}

/** In the order of their positions: a listing is sorted. */
async function namesIn(client: S3Client, prefix: string): Promise<string[]> {
  const names: string[] = [];
  const objects = client.listObjects({ prefix })[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await answered(within(DEADLINE_MS, objects.next()));
    if (done) return names;
    const name = value.key.slice(prefix.length);
    if (FILE_NAME.test(name)) names.push(name);
  }
}

async function answered<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (cause) {
    throw new StoreUnavailable('The bucket of anchors cannot be read.', { cause });
  }
}
