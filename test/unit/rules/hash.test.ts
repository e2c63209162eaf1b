import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { energyCarriers, energySources } from '../../../src/rules/enums.ts';
import { type BundleFacts, bundleHash, canonicalFacts } from '../../../src/rules/hash.ts';
import { certificateRange, quantityOf, splitRange } from '../../../src/rules/range.ts';
import { type DeviceId, type MetadataId, wh } from '../../../src/rules/units.ts';

const someFacts: BundleFacts = {
  issuanceId: '12-2025-01-12T14:00:00Z',
  deviceId: 12 as DeviceId,
  productionStart: new Date('2025-01-12T14:00:00Z'),
  productionEnd: new Date('2025-01-12T15:00:00Z'),
  energyCarrier: 'electricity',
  energySource: 'wind',
  faceValue: 1,
  metadataId: 3 as MetadataId,
  expiry: new Date('2027-01-12T15:00:00Z'),
  range: { start: 1, end: 1000 },
};
const PARENT = 'ab'.repeat(32);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const canonical =
  '{"bundle_quantity":1000,"certificate_bundle_id_range_end":1000,"certificate_bundle_id_range_start":1,' +
  '"device_id":12,"energy_carrier":"electricity","energy_source":"wind",' +
  '"expiry_datestamp":"2027-01-12T15:00:00Z","face_value":1,"issuance_id":"12-2025-01-12T14:00:00Z",' +
  '"metadata_id":3,"production_ending_interval":"2025-01-12T15:00:00Z",' +
  '"production_starting_interval":"2025-01-12T14:00:00Z"}';

describe('the facts of a bundle', () => {
  test('are canonical JSON under the names of the API', () => {
    expect(canonicalFacts(someFacts)).toBe(canonical);
  });

  test('equal those of a full implementation of RFC 8785', () => {
    const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) }).map((ms) => new Date(ms));
    const id = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    const facts = fc.record({
      issuanceId: fc.string({ unit: 'grapheme' }),
      deviceId: id.map((each) => each as DeviceId),
      productionStart: instant,
      productionEnd: instant,
      energyCarrier: fc.constantFrom(...energyCarriers),
      energySource: fc.constantFrom(...energySources),
      faceValue: fc.constant(1),
      metadataId: id.map((each) => each as MetadataId),
      expiry: instant,
      range: fc.tuple(id, id).map(([a, b]) => certificateRange(Math.min(a, b), Math.max(a, b))),
    });
    fc.assert(
      fc.property(facts, (one) => {
        expect(canonicalFacts(one)).toBe(canonicalize(JSON.parse(canonicalFacts(one))));
      }),
    );
  });
});

describe('the hash', () => {
  test('of an issuance is sha256 over its facts alone', () => {
    expect(bundleHash(someFacts, null)).toBe(sha256(canonical));
  });

  test('of a child is sha256 over its facts followed by the hash of its parent', () => {
    expect(bundleHash(someFacts, PARENT)).toBe(sha256(canonical + PARENT));
  });

  test('changes with every fact and with the parent', () => {
    const later = new Date('2028-01-01T00:00:00Z');
    const changes: Partial<BundleFacts>[] = [
      { issuanceId: '13-2025-01-12T14:00:00Z' },
      { deviceId: 13 as DeviceId },
      { productionStart: later },
      { productionEnd: later },
      { energyCarrier: 'heat' },
      { energySource: 'hydro' },
      { faceValue: 2 },
      { metadataId: 4 as MetadataId },
      { expiry: later },
      { range: { start: 2, end: 1000 } },
      { range: { start: 1, end: 999 } },
      { range: { start: 2, end: 1001 } },
    ];
    const hashes = changes.map((change) => bundleHash({ ...someFacts, ...change }, PARENT));
    const all = [...hashes, bundleHash(someFacts, PARENT), bundleHash(someFacts, null)];
    expect(new Set(all).size).toBe(changes.length + 2);
  });

  test('is unique among slices, however an issuance is split', () => {
    const splits = fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(splits, (steps) => {
        const live = [{ range: someFacts.range, hash: bundleHash(someFacts, null) }];
        const hashes = live.map(({ hash }) => hash);
        for (const [which, where] of steps) {
          const parent = live[which % live.length];
          if (parent === undefined || quantityOf(parent.range) < 2) continue;
          const n = 1 + (where % (quantityOf(parent.range) - 1));
          const children = splitRange(parent.range, wh(n)).map((range) => ({
            range,
            hash: bundleHash({ ...someFacts, range }, parent.hash),
          }));
          live.splice(which % live.length, 1, ...children);
          hashes.push(...children.map(({ hash }) => hash));
        }
        expect(new Set(hashes).size).toBe(hashes.length);
      }),
    );
  });

  test('of equal halves differs', () => {
    const [first, second] = splitRange(someFacts.range, wh(500));
    expect(bundleHash({ ...someFacts, range: first }, PARENT)).not.toBe(
      bundleHash({ ...someFacts, range: second }, PARENT),
    );
  });

  test.each(['', 'None', PARENT.toUpperCase(), PARENT.slice(1), `${PARENT}\n`])(
    'is an error for a parent hash like %j',
    (parent) => {
      expect(() => bundleHash(someFacts, parent)).toThrow(RangeError);
    },
  );
});
