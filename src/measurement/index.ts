import { createMeasurement, deleteMeasurement, updateMeasurement } from './edit.ts';
import { listMeasurements, readMeasurement } from './look.ts';

export const measurementOperations = [
  createMeasurement,
  listMeasurements,
  readMeasurement,
  updateMeasurement,
  deleteMeasurement,
];
