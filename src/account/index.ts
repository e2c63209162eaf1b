import { createAccount, deleteAccount, updateAccount, updateWhitelist } from './edit.ts';
import { listAccounts, readAccount, readSummary, readWhitelist, readWhitelistInverse } from './look.ts';

export { requireOpenAccount } from './access.ts';
export { accountsWhere } from './read-model.ts';
export { Account } from './wire.ts';

export const accountOperations = [
  createAccount,
  listAccounts,
  readAccount,
  updateAccount,
  updateWhitelist,
  deleteAccount,
  readWhitelist,
  readWhitelistInverse,
  readSummary,
];
