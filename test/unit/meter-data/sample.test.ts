import { describe, expect, it } from 'vitest';
import { SAMPLE_LABEL, SAMPLE_UNITS, sampleGeneration, sampleWindow } from '../../../seed/sample/index.ts';
import { hashToUnit, smoothNoise } from '../../../seed/sample/noise.ts';
import { settlementPeriodOf } from '../../../seed/sample/settlement.ts';
import { parseB1610, readingsFromB1610 } from '../../../src/meter-data/elexon/index.ts';

const { from, to } = sampleWindow(new Date('2026-06-25T15:30:00Z'));
const unitOf = (bmUnit: string) => {
  const unit = SAMPLE_UNITS.find(({ device }) => device.local_device_identifier === bmUnit);
  if (unit === undefined) throw new Error(`no sample unit ${bmUnit}`);
  return unit;
};
const quantitiesOf = (bmUnit: string, start = from, end = to) =>
  sampleGeneration(unitOf(bmUnit), start, end).map((row) => row.quantity);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

describe('the sample units', () => {
  it('are at least twelve of several technologies, including a battery and a consumption device', () => {
    const devices = SAMPLE_UNITS.map(({ device }) => device);
    expect(devices.length).toBeGreaterThanOrEqual(12);
    expect(new Set(devices.map((device) => device.energy_source)).size).toBeGreaterThanOrEqual(7);
    expect(
      devices.filter((device) => device.energy_source === 'battery_storage' && device.is_storage),
    ).not.toEqual([]);
    expect(SAMPLE_UNITS.filter(({ profile }) => profile === 'demand')).not.toEqual([]);
  });

  it('have unique ids', () => {
    expect(new Set(SAMPLE_UNITS.map(({ device }) => device.local_device_identifier)).size).toBe(
      SAMPLE_UNITS.length,
    );
  });

  it('were operational before the sample window, at a location that starts with its coordinates', () => {
    for (const { device } of SAMPLE_UNITS) {
      expect(Date.parse(device.operational_date)).toBeLessThan(from.getTime());
      expect(device.location).toMatch(/^\d\d(\.\d+)?, -?\d(\.\d+)?, \w/);
    }
  });
});

describe('the sample window', () => {
  it('is 14 whole UTC days that end a week before today', () => {
    expect([from.toISOString(), to.toISOString()]).toEqual([
      '2026-06-04T00:00:00.000Z',
      '2026-06-18T00:00:00.000Z',
    ]);
  });

  it('is the same during a day', () => {
    expect(sampleWindow(new Date('2026-06-25T00:00:00Z'))).toEqual({ from, to });
    expect(sampleWindow(new Date('2026-06-25T23:59:59.999Z'))).toEqual({ from, to });
  });
});

describe('sample generation', () => {
  it('is labelled as modelled', () => {
    expect(SAMPLE_LABEL).toMatch(/model/);
  });

  it.each(SAMPLE_UNITS)(
    'of $device.device_name is B1610 data for 336 whole hours within capacity',
    (unit) => {
      const rows = sampleGeneration(unit, from, to);
      expect(parseB1610(structuredClone(rows))).toEqual(rows);
      const [converted] = readingsFromB1610(rows);
      expect(converted?.readings).toHaveLength(336);
      expect(converted?.incomplete).toEqual([]);
      for (const { quantity } of rows) {
        expect(quantity).toBeLessThanOrEqual(unit.device.power_mw / 2);
        expect(quantity).toBeGreaterThanOrEqual(-unit.device.peak_demand / 2);
        expect(Number(quantity.toFixed(3))).toBe(quantity);
      }
    },
  );

  it('does not depend on the requested window', () => {
    const unit = unitOf('T_WHILW-1');
    const middle = new Date('2026-06-10T07:00:00Z');
    const whole = sampleGeneration(unit, from, to);
    expect([...sampleGeneration(unit, from, middle), ...sampleGeneration(unit, middle, to)]).toEqual(whole);
  });

  it('contains only half-hours that lie entirely in the window', () => {
    const rows = sampleGeneration(
      unitOf('T_TORN-1'),
      new Date('2026-06-10T07:10:00Z'),
      new Date('2026-06-10T08:40:00Z'),
    );
    expect(rows.map((row) => row.halfHourEndTime)).toEqual(['2026-06-10T08:00:00', '2026-06-10T08:30:00']);
    expect(sampleGeneration(unitOf('T_TORN-1'), to, from)).toEqual([]);
  });

  it('of the sun is zero at night and high at noon', () => {
    const noon = quantitiesOf(
      'T_CLVHS-1',
      new Date('2026-06-10T11:30:00Z'),
      new Date('2026-06-10T12:30:00Z'),
    );
    const night = quantitiesOf(
      'T_CLVHS-1',
      new Date('2026-06-10T22:30:00Z'),
      new Date('2026-06-11T02:30:00Z'),
    );
    expect(Math.min(...noon)).toBeGreaterThan(10);
    expect(new Set(night)).toEqual(new Set([0]));
  });

  it('of near wind farms correlates more than that of distant ones', () => {
    const year = [new Date('2025-01-01T00:00:00Z'), new Date('2025-07-01T00:00:00Z')] as const;
    const [whitelee, clyde, hornsea] = ['T_WHILW-1', 'T_CLDNW-1', 'T_HOWAO-1'].map((id) =>
      quantitiesOf(id, ...year),
    );
    if (!whitelee || !clyde || !hornsea) throw new Error('no wind');
    expect(correlation(whitelee, clyde)).toBeGreaterThan(0.7);
    expect(correlation(whitelee, clyde)).toBeGreaterThan(correlation(whitelee, hornsea));
  });

  it.each(['E_PILLB-1', 'T_DINO-1'])(
    'of the storage device %s takes in more than it gives out, every day',
    (bmUnit) => {
      const quantities = quantitiesOf(bmUnit);
      for (let day = 0; day < 14; day += 1) {
        const ofDay = quantities.slice(day * 48, day * 48 + 48);
        const charged = -sum(ofDay.filter((quantity) => quantity < 0));
        const discharged = sum(ofDay.filter((quantity) => quantity > 0));
        expect(discharged).toBeGreaterThan(0);
        expect(discharged / charged).toBeLessThan(0.9);
      }
    },
  );

  it('of the consumption device is never positive', () => {
    expect(Math.max(...quantitiesOf('T_HINB-D'))).toBeLessThan(0);
  });
});

describe('settlement periods', () => {
  it.each([
    ['2026-08-01T00:00:00Z', '2026-08-01', 3],
    ['2026-07-31T23:00:00Z', '2026-08-01', 1],
    ['2026-01-15T23:30:00Z', '2026-01-15', 48],
    ['2025-03-30T00:30:00Z', '2025-03-30', 2],
    ['2025-03-30T01:00:00Z', '2025-03-30', 3],
    ['2025-03-30T22:30:00Z', '2025-03-30', 46],
    ['2025-03-30T23:00:00Z', '2025-03-31', 1],
    ['2025-10-25T23:00:00Z', '2025-10-26', 1],
    ['2025-10-26T00:30:00Z', '2025-10-26', 4],
    ['2025-10-26T01:00:00Z', '2025-10-26', 5],
    ['2025-10-26T23:30:00Z', '2025-10-26', 50],
    ['2025-10-27T00:00:00Z', '2025-10-27', 1],
  ])('the half-hour from %s is %s, period %i', (start, settlementDate, settlementPeriod) => {
    expect(settlementPeriodOf(new Date(start))).toEqual({ settlementDate, settlementPeriod });
  });
});

describe('noise', () => {
  it('is reproducible', () => {
    expect(
      [hashToUnit('a', 0), hashToUnit('a', 1), hashToUnit('b', 0)].map((value) => value.toFixed(6)),
    ).toMatchInlineSnapshot(`
      [
        "0.656321",
        "0.971713",
        "0.798097",
      ]
    `);
  });

  it('is uniform in [0, 1)', () => {
    const draws = Array.from({ length: 10_000 }, (_, index) => hashToUnit('evenly', index));
    expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...draws)).toBeLessThan(1);
    expect(sum(draws) / draws.length).toBeCloseTo(0.5, 1);
  });

  it('changes smoothly', () => {
    const steps = Array.from({ length: 1000 }, (_, index) =>
      smoothNoise('smooth', index * 60_000, 3_600_000),
    );
    const jumps = steps.slice(1).map((value, index) => Math.abs(value - (steps[index] ?? value)));
    expect(Math.max(...jumps)).toBeLessThan(0.03);
  });
});

function correlation(a: readonly number[], b: readonly number[]): number {
  const [meanA, meanB] = [sum(a) / a.length, sum(b) / b.length];
  const covariance = sum(a.map((value, index) => (value - meanA) * ((b[index] ?? meanB) - meanB)));
  const spread = (values: readonly number[], mean: number) =>
    Math.sqrt(sum(values.map((value) => (value - mean) ** 2)));
  return covariance / (spread(a, meanA) * spread(b, meanB));
}
