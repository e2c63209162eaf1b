import { createDevice, deleteDevice, updateDevice } from './edit.ts';
import { listDevices, readAccountDevices, readCertificateDevices, readDevice } from './look.ts';

export { reachesDevice, requireDevice } from './access.ts';
export type { DeviceRow } from './read-model.ts';

export const deviceOperations = [
  createDevice,
  listDevices,
  readDevice,
  updateDevice,
  deleteDevice,
  readAccountDevices,
  readCertificateDevices,
];
