import type { B1610Row } from '../../../src/meter-data/elexon/index.ts';

/** A row whose half-hour ends at the given UTC time; its settlement date and period are wrong on purpose. */
export function aRow(halfHourEndTime: string, quantity: number, fields: Partial<B1610Row> = {}): B1610Row {
  return {
    dataset: 'B1610',
    psrType: 'Generation',
    bmUnit: 'T_ABRBO-1',
    nationalGridBmUnitId: 'ABRBO-1',
    settlementDate: '1999-12-31',
    settlementPeriod: 1,
    halfHourEndTime,
    settlementRunType: 'II',
    quantity,
    ...fields,
  };
}
