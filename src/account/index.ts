import { createAccount, deleteAccount, updateAccount, updateWhitelist } from './commands.ts';
import { listDirectory } from './directory.ts';
import { listAccounts, readAccount, readSummary, readWhitelist, readWhitelistInverse } from './queries.ts';

export { requireOpenAccount } from './access.ts';
export { hasDevices, hasOpenBundles } from './holdings.ts';
export { accountsWhere } from './read-model.ts';
export { Account } from './schemas.ts';

export const accountOperations = [
  createAccount,
  listAccounts,
  listDirectory,
  readAccount,
  updateAccount,
  updateWhitelist,
  deleteAccount,
  readWhitelist,
  readWhitelistInverse,
  readSummary,
];
