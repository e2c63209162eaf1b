import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Anchor, signAnchor, textOf } from '../../../src/anchor/anchor.ts';
import { type BucketStoreOptions, bucketStore } from '../../../src/anchor/bucket-store.ts';
import { type AnchorStore, DivergedStore, StoreUnavailable } from '../../../src/anchor/store.ts';
import { type FakeS3, startS3 } from '../../fake/s3/server.ts';
import { aKey, anAnchor, someAnchors, someFacts } from '../../harness/anchors.ts';

let s3: FakeS3;
let store: AnchorStore;

const PAGE = 2;
const storeWith = (options: Partial<BucketStoreOptions> = {}) =>
  bucketStore({ ...s3, url: `${s3.url}/production/gc`, ...options });

beforeEach(async () => {
  s3 = await startS3(PAGE);
  store = storeWith();
});
afterEach(() => s3.stop());

const all = async () => {
  const anchors: Anchor[] = [];
  for await (const anchor of store.read()) anchors.push(anchor);
  return anchors;
};

describe('a bucket of anchors', () => {
  test('has one object per anchor, named by its position, with its RFC 8785 JSON', async () => {
    const anchors = someAnchors(2);
    for (const anchor of anchors) await store.put(anchor);
    const keys = ['production/gc/0000000000000000.json', 'production/gc/0000000000000010.json'];
    expect([...s3.objects.keys()]).toEqual(keys);
    expect([...s3.objects.values()]).toEqual(anchors.map(textOf));
  });

  test('is read in order over several pages of its listing, without other objects', async () => {
    const anchors = someAnchors(2 * PAGE + 1);
    for (const anchor of anchors) await store.put(anchor);
    s3.objects.set('production/gc/README', 'anchors');
    s3.objects.set('production/other/0000000000000099.json', '{}');
    expect(await all()).toEqual(anchors);
    expect(await store.last()).toEqual(anchors.at(-1));
  });

  test('may be the whole bucket', async () => {
    const anchor = anAnchor();
    await storeWith({ url: s3.url }).put(anchor);
    expect([...s3.objects.keys()]).toEqual(['0000000000000000.json']);
  });

  test('is empty at first', async () => {
    expect(await store.last()).toBeUndefined();
    expect(await all()).toEqual([]);
  });

  test('accepts an anchor again whose first response was lost', async () => {
    const anchor = anAnchor();
    s3.failNext('lose');
    await expect(store.put(anchor)).rejects.toThrow();
    expect(s3.objects.size).toBe(1);
    await store.put(anchor);
    expect(await all()).toEqual([anchor]);
  });

  test('never overwrites an anchor', async () => {
    const [first, second] = [anAnchor(), anAnchor()];
    await store.put(first);
    await expect(store.put(second)).rejects.toThrow(
      new DivergedStore('the object 0000000000000000.json has another anchor'),
    );
    expect(await all()).toEqual([first]);
  });

  test.each<[string, () => Partial<BucketStoreOptions>]>([
    ['another secret', () => ({ secretAccessKey: 'another' })],
    ['another id', () => ({ accessKeyId: 'another' })],
    ['another region', () => ({ region: 'us-test-1' })],
    ['another bucket', () => ({ url: s3.url.replace('anchors', 'others') })],
  ])('is unavailable with %s', async (_, options) => {
    const anchor = anAnchor();
    const other = storeWith(options());
    await expect(other.put(anchor)).rejects.toThrow();
    await expect(other.last()).rejects.toThrow(StoreUnavailable);
    expect(s3.objects.size).toBe(0);
  });

  test('is unavailable while the service fails or is down', async () => {
    s3.failNext(503);
    await expect(store.last()).rejects.toThrow(StoreUnavailable);
    await s3.stop();
    await expect(store.last()).rejects.toThrow(StoreUnavailable);
    await s3.restart();
    expect(await store.last()).toBeUndefined();
  });

  test.each([
    ['is no anchor', 'anchor', 'is not an anchor'],
    [
      'has the anchor of another position',
      textOf(signAnchor({ ...someFacts, position: 10 }, aKey())),
      'has the anchor of position 10',
    ],
  ])('is rejected if an object %s', async (_, text, reason) => {
    s3.objects.set('production/gc/0000000000000000.json', text);
    await expect(store.last()).rejects.toThrow(
      new DivergedStore(`the object 0000000000000000.json ${reason}`),
    );
  });
});
