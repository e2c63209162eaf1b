import { listActions } from './action-log.ts';
import { cancelCertificates } from './cancel.ts';
import { checkCertificates } from './check.ts';
import { claimCertificates } from './claim.ts';
import { createCertificates } from './create.ts';
import { readLineage } from './lineage.ts';
import { lockCertificates, unlockCertificates } from './lock.ts';
import { createMetadata } from './metadata.ts';
import {
  queryCertificates,
  queryFullCertificates,
  readAccountCertificates,
  readCertificate,
} from './queries.ts';
import { reserveCertificates, unreserveCertificates } from './reserve.ts';
import { transferCertificates } from './transfer.ts';
import { withdrawCertificates } from './withdraw.ts';

export { actionOperation } from './action-operation.ts';
export { beneficiary } from './action-schemas.ts';
export type { ActionIntent } from './action-store.ts';
export { cancellation } from './cancel.ts';
export {
  type ActionCall,
  type ActionContext,
  type ActionDefinition,
  executeAction,
  lockParties,
  recordAction,
  requestContext,
  requireOwnAccount,
} from './execute-action.ts';
export { expireBatch } from './expire.ts';
export { CertificateFilter, type Filter, FilterFields, filterView, idLists } from './filter.ts';
export { allInvariantGroups, firstViolation } from './invariants.ts';
export type { Draft } from './issuance.ts';
export { type IssueOptions, issue, type Outcome } from './issue.ts';
export { saveRefusal } from './refused-action.ts';
export { selectBundlesForRun } from './select-bundles.ts';
export { transfer } from './transfer.ts';

export const certificateOperations = [
  createMetadata,
  createCertificates,
  queryCertificates,
  queryFullCertificates,
  checkCertificates,
  readCertificate,
  readLineage,
  readAccountCertificates,
  transferCertificates,
  cancelCertificates,
  claimCertificates,
  reserveCertificates,
  unreserveCertificates,
  lockCertificates,
  unlockCertificates,
  withdrawCertificates,
  listActions,
];
