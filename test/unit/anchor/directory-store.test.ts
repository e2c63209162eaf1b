import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Anchor, signAnchor, textOf } from '../../../src/anchor/anchor.ts';
import { directoryStore } from '../../../src/anchor/directory-store.ts';
import { type AnchorStore, DivergedStore, StoreUnavailable } from '../../../src/anchor/store.ts';
import { aKey, anAnchor, someAnchors, someFacts } from '../../harness/anchors.ts';

let folder: string;
let store: AnchorStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anchors-'));
  store = directoryStore(folder);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const files = () => readdirSync(folder).filter((name) => name.endsWith('.json'));
const all = async () => {
  const anchors: Anchor[] = [];
  for await (const anchor of store.read()) anchors.push(anchor);
  return anchors;
};

describe('a directory of anchors', () => {
  test('has one file per anchor, named by its position, with its RFC 8785 JSON', async () => {
    const anchors = someAnchors(3);
    for (const anchor of anchors) await store.put(anchor);
    expect(files()).toEqual(['0000000000000000.json', '0000000000000010.json', '0000000000000020.json']);
    const texts = files().map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts).toEqual(anchors.map(textOf));
    expect(await store.last()).toEqual(anchors[2]);
    expect(await all()).toEqual(anchors);
  });

  test('has files that its writer cannot write either', async () => {
    const anchor = anAnchor();
    await store.put(anchor);
    expect(statSync(join(folder, '0000000000000000.json')).mode & 0o222).toBe(0);
  });

  test('is empty at first', async () => {
    expect(await store.last()).toBeUndefined();
    expect(await all()).toEqual([]);
  });

  test('accepts the same anchor again, also from several writers at once', async () => {
    const anchor = anAnchor();
    await Promise.all(Array.from({ length: 8 }, () => store.put(anchor)));
    expect(await all()).toEqual([anchor]);
    expect(readdirSync(join(folder, 'incoming'))).toEqual([]);
  });

  test('never overwrites an anchor', async () => {
    const [first, second] = [anAnchor(), anAnchor()];
    await store.put(first);
    await expect(store.put(second)).rejects.toThrow(
      new DivergedStore('the file 0000000000000000.json has another anchor'),
    );
    expect(await all()).toEqual([first]);
  });

  test('ignores what a crashed writer left, and other files', async () => {
    mkdirSync(join(folder, 'incoming'));
    writeFileSync(join(folder, 'incoming', '0000000000000000.json.a'), '{"half":');
    writeFileSync(join(folder, 'README'), 'anchors');
    const anchor = anAnchor();
    await store.put(anchor);
    expect(await all()).toEqual([anchor]);
  });

  test('is not created if it is missing: a volume may not be mounted', async () => {
    rmSync(folder, { recursive: true });
    const anchor = anAnchor();
    await expect(store.put(anchor)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(store.last()).rejects.toThrow(StoreUnavailable);
  });

  test.each([
    ['is no anchor', 'anchor', 'is not an anchor'],
    [
      'has the anchor of another position',
      textOf(signAnchor({ ...someFacts, position: 10 }, aKey())),
      'has the anchor of position 10',
    ],
  ])('is rejected if a file %s', async (_, text, reason) => {
    writeFileSync(join(folder, '0000000000000000.json'), text);
    await expect(store.last()).rejects.toThrow(new DivergedStore(`the file 0000000000000000.json ${reason}`));
  });
});
