import { changeRole, createUser, deleteUser, updateUser } from './edit.ts';
import { listUsers, readAccountUsers, readMe, readMyAccounts, readUser } from './look.ts';
import { resetPassword } from './reset-password.ts';

export { registerUser } from './register.ts';
export { UserCreate } from './wire.ts';

export const userOperations = [
  createUser,
  readMe,
  readMyAccounts,
  listUsers,
  readUser,
  updateUser,
  changeRole,
  resetPassword,
  deleteUser,
  readAccountUsers,
];
