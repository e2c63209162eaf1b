import { changeRole, createUser, deleteUser, updateUser } from './commands.ts';
import { changeEmail, listEmailChanges, requestEmailChange } from './email-change.ts';
import { eraseUser } from './erase.ts';
import { exportMe } from './export.ts';
import { listUsers, readAccountUsers, readMe, readMyAccounts, readUser } from './queries.ts';
import { resetPassword } from './reset-password.ts';

export { registerUser } from './register.ts';
export { UserCreate } from './schemas.ts';

export const userOperations = [
  createUser,
  readMe,
  readMyAccounts,
  exportMe,
  listUsers,
  readUser,
  updateUser,
  changeRole,
  requestEmailChange,
  listEmailChanges,
  changeEmail,
  resetPassword,
  deleteUser,
  eraseUser,
  readAccountUsers,
];
