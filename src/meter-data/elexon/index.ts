export { B1610FormatError, type B1610Row, parseB1610 } from './b1610.ts';
export { type BmUnit, BmUnitFormatError, parseBmUnits } from './bm-unit.ts';
export {
  type ElexonClient,
  type ElexonClientOptions,
  elexonClient,
  type GenerationProgress,
  type GenerationRequest,
} from './client.ts';
export { type DeviceKind, deviceKindOfFuel } from './fuel.ts';
export { type GranularityMinutes, readingsFromB1610, type UnitReadings } from './half-hours.ts';
export { ElexonError, type ElexonErrorKind } from './request.ts';
