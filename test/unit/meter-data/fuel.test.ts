import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { deviceKindOfFuel } from '../../../src/meter-data/elexon/index.ts';

describe('the attributes of a unit by its Elexon fuel', () => {
  it.each([
    ['WIND', 'wind', 'wind_turbine', false],
    ['SOLAR', 'solar_pv', 'solar_pv', false],
    ['NPSHYD', 'hydro', 'hydro', false],
    ['PS', 'other', 'other_storage', true],
    ['BATTERY', 'battery_storage', 'battery_storage', true],
    ['BIOMASS', 'biomass', 'other', false],
    ['NUCLEAR', 'nuclear', 'other', false],
    ['CCGT', 'other', 'other', false],
    ['OCGT', 'other', 'other', false],
    ['COAL', 'other', 'other', false],
    ['OIL', 'other', 'other', false],
    ['OTHER', 'other', 'other', false],
    ['INTFR', 'other', 'other', false],
    ['wind ', 'wind', 'wind_turbine', false],
    ['', 'other', 'other', false],
    [null, 'other', 'other', false],
    [undefined, 'other', 'other', false],
  ])('%s is %s, %s', (fuelType, energySource, technologyType, isStorage) => {
    expect(deviceKindOfFuel(fuelType)).toEqual({ energySource, technologyType, isStorage });
  });

  it('are other for any unknown word', () => {
    const known = new Set(['WIND', 'SOLAR', 'NPSHYD', 'PS', 'BATTERY', 'BIOMASS', 'NUCLEAR']);
    const unknown = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'));
    fc.assert(
      fc.property(
        unknown.filter((word) => !known.has(word.trim().toUpperCase())),
        (word) => {
          expect(deviceKindOfFuel(word).energySource).toBe('other');
        },
      ),
    );
  });
});
