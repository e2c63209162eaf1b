import { createApiKey, deleteApiKey, listApiKeys } from './api-key.ts';
import { changePassword } from './change-password.ts';
import { login } from './login.ts';
import { logout, refresh } from './refresh.ts';

export { hasKept, holdRights, takeRights } from './authorization-lock.ts';
export { refuseDefaultPasswords as refuseKnownPasswords } from './default-password-guard.ts';
export { type Credential, callerNow, callerWith, type Identify, identifier } from './identify.ts';
export { hashPassword, requireFitPassword, setPassword } from './password.ts';
export { newPassword } from './schemas.ts';

export const authenticationOperations = [
  login,
  refresh,
  logout,
  changePassword,
  createApiKey,
  listApiKeys,
  deleteApiKey,
];
