import { createAccount, deleteAccount, updateAccount, updateWhitelist } from './edit.ts';
import { listAccounts, readAccount, readSummary, readWhitelist, readWhitelistInverse } from './look.ts';

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
