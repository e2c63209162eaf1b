import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SAMPLE_UNITS } from '../../../seed/sample/index.ts';
import { deviceKindOfFuel, parseBmUnits } from '../../../src/meter-data/elexon/index.ts';

/** Real data, which is not part of the project, is available on some machines. */
const DATA = new URL('../../../../shared/data/elexon/', import.meta.url);
const REGISTER = new URL('bm_units.json', DATA);
const SITES = new URL('generation_2025-10_6h.csv', DATA);

describe.skipIf(!existsSync(REGISTER))('the real BM Unit register', () => {
  const units = existsSync(REGISTER) ? parseBmUnits(JSON.parse(readFileSync(REGISTER, 'utf8'))) : [];

  it('is parsed completely', () => {
    expect(units).toHaveLength(2733);
    expect(units.filter((unit) => unit.bmUnit === null)).toHaveLength(61);
  });

  it('has no fuel that would wrongly become renewable', () => {
    const renewable = units.filter(
      (unit) => !['other', 'nuclear'].includes(deviceKindOfFuel(unit.fuelType).energySource),
    );
    expect(new Set(renewable.map((unit) => unit.fuelType))).toEqual(new Set(['WIND', 'NPSHYD', 'BIOMASS']));
  });

  it.each(SAMPLE_UNITS)(
    'has the capacity of the sample unit $device.local_device_identifier',
    ({ device }) => {
      const unit = units.find((candidate) => candidate.bmUnit === device.local_device_identifier);
      expect(unit?.generationCapacityMw).toBe(device.power_mw);
      expect(Math.abs(unit?.demandCapacityMw ?? Number.NaN)).toBe(device.peak_demand);
    },
  );

  it.each(SAMPLE_UNITS)(
    'has the source of $device.local_device_identifier, where it has a fuel',
    ({ device }) => {
      const unit = units.find((candidate) => candidate.bmUnit === device.local_device_identifier);
      const kind = deviceKindOfFuel(unit?.fuelType);
      if (kind.energySource !== 'other') expect(device.energy_source).toBe(kind.energySource);
    },
  );
});

describe.skipIf(!existsSync(SITES))('the real generation of October 2025', () => {
  const sites = existsSync(SITES) ? readFileSync(SITES, 'utf8').trim().split('\n').slice(1) : [];

  it('has the locations of the sample units', () => {
    const places = new Map<string, readonly [number, number]>();
    for (const line of sites) {
      const fields = line.split(',');
      const place = [Number(fields.at(-2)), Number(fields.at(-1))] as const;
      for (const bmUnit of fields.at(-5)?.split('|') ?? []) places.set(bmUnit, place);
    }
    const known = SAMPLE_UNITS.filter(({ device }) => places.has(device.local_device_identifier));
    expect(known.length).toBeGreaterThanOrEqual(6);
    for (const { device, latitude, longitude } of known) {
      const [trueLatitude, trueLongitude] = places.get(device.local_device_identifier) ?? [];
      expect(latitude).toBeCloseTo(trueLatitude ?? Number.NaN, 1);
      expect(longitude).toBeCloseTo(trueLongitude ?? Number.NaN, 1);
    }
  });
});
