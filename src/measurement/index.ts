import { createMeasurement, deleteMeasurement, updateMeasurement } from './commands.ts';
import { listMeasurements, readMeasurement } from './queries.ts';

export const measurementOperations = [
  createMeasurement,
  listMeasurements,
  readMeasurement,
  updateMeasurement,
  deleteMeasurement,
];
