import { createDevice, deleteDevice, updateDevice } from './commands.ts';
import { listDevices, readAccountDevices, readCertificateDevices, readDevice } from './queries.ts';

export { canAccessDevice, requireDevice } from './access.ts';
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
