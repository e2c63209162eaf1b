import { createApiKey, deleteApiKey, listApiKeys } from './api-key.ts';
import { changePassword } from './change-password.ts';
import { login } from './login.ts';
import { logout, refresh } from './refresh.ts';

export { type Credential, callerNow, callerWith, type Identify, identifier } from './identify.ts';
export { refuseKnownPasswords } from './known-password.ts';
export { hashPassword, requireFitPassword, setPassword } from './password.ts';
export { hasKept, holdRights, takeRights } from './rights.ts';
export { newPassword } from './wire.ts';

export const authenticationOperations = [
  login,
  refresh,
  logout,
  changePassword,
  createApiKey,
  listApiKeys,
  deleteApiKey,
];
