import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bundleHash } from '../../../src/rules/hash.ts';
import { type Identity, judgeLine, type Link } from '../../../src/rules/lineage.ts';
import { type CertificateRange, quantityOf, splitRange } from '../../../src/rules/range.ts';
import { type DeviceId, type MetadataId, wh } from '../../../src/rules/units.ts';

const FACTS = {
  issuanceId: '12-2025-01-12T14:00:00Z',
  deviceId: 12 as DeviceId,
  productionStart: new Date('2025-01-12T14:00:00Z'),
  productionEnd: new Date('2025-01-12T15:00:00Z'),
  energyCarrier: 'electricity',
  energySource: 'wind',
  faceValue: 1,
  metadataId: 3 as MetadataId,
  expiry: new Date('2027-01-12T15:00:00Z'),
} as const;
const ISSUED = { start: 1_001, end: 2_000 };

/** A line as splits create it: `cuts` says how much of each bundle the next one takes, from its start or its end. */
function aLine(cuts: readonly { part: number; first: boolean }[]): Link[] {
  const line: Link[] = [];
  const add = (range: CertificateRange) => {
    const parent = line.at(-1);
    const identity: Identity = {
      parentId: parent?.id ?? null,
      issuance: 7,
      range,
      hash: bundleHash({ ...FACTS, range }, parent?.hash ?? null),
    };
    line.push({ ...identity, id: (parent?.id ?? 0) + 3, recorded: identity });
  };
  add(ISSUED);
  for (const { part, first } of cuts) {
    const range = line.at(-1)?.range ?? ISSUED;
    if (quantityOf(range) === 1) break;
    const n = 1 + Math.floor(part * (quantityOf(range) - 1));
    const [left, right] = splitRange(range, wh(Math.min(n, quantityOf(range) - 1)));
    add(first ? left : right);
  }
  return line;
}

const cut = fc.record({ part: fc.double({ min: 0, max: 0.999, noNaN: true }), first: fc.boolean() });
const lines = fc.array(cut, { maxLength: 12 }).map(aLine);

const problemsOf = (line: readonly Link[], facts: typeof FACTS | object = FACTS) =>
  judgeLine({ ...FACTS, ...facts }, ISSUED, line).map(({ problem }) => problem);

describe('a line', () => {
  test('created by splits is valid, bundle by bundle', () => {
    fc.assert(
      fc.property(lines, (line) => {
        expect(problemsOf(line)).toEqual(line.map(() => null));
      }),
    );
  });

  test('with one changed fact is invalid, there or below', () => {
    const forgeries: readonly ((link: Link) => Partial<Link>)[] = [
      ({ range }) => ({ range: { ...range, end: range.end + 1 } }),
      ({ range }) => ({ range: { start: range.start - 1, end: range.end } }),
      ({ range }) => ({ range: { start: range.start + 1, end: range.end + 1 } }),
      ({ hash }) => ({ hash: hash.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) }),
      ({ parentId }) => ({ parentId: (parentId ?? 0) + 1 }),
      ({ issuance }) => ({ issuance: issuance + 1 }),
      () => ({ recorded: undefined }),
    ];
    fc.assert(
      fc.property(lines, fc.nat(), fc.constantFrom(...forgeries), (line, where, forge) => {
        const forged = line.map((link, index) =>
          index === where % line.length ? { ...link, ...forge(link) } : link,
        );
        expect(problemsOf(forged).every((problem) => problem === null)).toBe(false);
      }),
    );
  });

  test('with recomputed hashes is detected by the journal', () => {
    const [root, child] = aLine([{ part: 0.5, first: true }]);
    if (root === undefined || child === undefined) throw new Error('a line of two');
    const range = { ...child.range, end: child.range.end - 1 };
    const forged = { ...child, range, hash: bundleHash({ ...FACTS, range }, root.hash) };
    expect(problemsOf([root, forged])).toEqual([
      null,
      "The bundle differs from the journal's record of its creation.",
    ]);
  });

  test('with a changed fact of the issuance is invalid from its first bundle on', () => {
    const line = aLine([{ part: 0.5, first: false }]);
    for (const facts of [
      { deviceId: 13 },
      { energySource: 'hydro' },
      { energyCarrier: 'heat' },
      { metadataId: 4 },
      { faceValue: 2 },
      { issuanceId: '13-2025-01-12T14:00:00Z' },
      { expiry: new Date('2028-01-12T15:00:00Z') },
      { productionEnd: new Date('2025-01-12T14:59:59Z') },
    ]) {
      const wrong = 'The hash does not match the facts.';
      expect(problemsOf(line, facts), JSON.stringify(facts)).toEqual([wrong, wrong]);
    }
  });

  test('has a message for each fault', () => {
    const [root, child] = aLine([{ part: 0.5, first: true }]);
    if (root === undefined || child === undefined) throw new Error('a line of two');
    expect(problemsOf([child])).toEqual([`The parent, bundle ${root.id}, is missing.`]);
    expect(problemsOf([{ ...root, range: { start: 1_001, end: 1_999 } }])).toEqual([
      'The range is not the range that was issued.',
    ]);
    expect(problemsOf([root, { ...child, issuance: 8 }])[1]).toBe('The issuance is not that of the parent.');
    expect(problemsOf([root, { ...child, range: { start: 1_999, end: 2_001 } }])[1]).toBe(
      'The range is not a part of the parent.',
    );
    expect(problemsOf([root, { ...child, range: root.range }])[1]).toBe(
      'The range is not a part of the parent.',
    );
    expect(problemsOf([{ ...root, recorded: undefined }])).toEqual([
      'The journal has no record of the creation.',
    ]);
  });
});
