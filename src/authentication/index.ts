import { createApiKey, deleteApiKey, listApiKeys } from './api-key.ts';
import { changePassword } from './change-password.ts';
import { login } from './login.ts';
import { createPreviousApiKey, listPreviousApiKeys } from './previous-api-keys.ts';
import { logout, refresh } from './refresh.ts';

export {
  lockCaller,
  lockForRevocation,
  retainsRights,
} from './authorization-lock.ts';
export { confirmPassword } from './confirm-password.ts';
export { refuseDefaultPasswords } from './default-password-guard.ts';
export {
  type Credential,
  createIdentify,
  type Identify,
  loadCaller,
  reloadCaller,
  reloadCallers,
} from './identify.ts';
export { assertPasswordAllowed, hashPassword, setPassword } from './password.ts';
export { newPassword, password } from './schemas.ts';
export { clearAttempts } from './throttle.ts';

export const authenticationOperations = [
  login,
  refresh,
  logout,
  changePassword,
  createApiKey,
  listApiKeys,
  deleteApiKey,
  createPreviousApiKey,
  listPreviousApiKeys,
];
