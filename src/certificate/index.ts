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

export { type Asking, answered } from './act.ts';
export { actionOperation } from './action-operation.ts';
export { beneficiary } from './action-schemas.ts';
export { type Asked, saveAction } from './action-store.ts';
export { cancelling } from './cancel.ts';
export { expireBatch } from './expire.ts';
export { CertificateFilter, type Filter, filterView } from './filter.ts';
export { firstViolation } from './invariants.ts';
export type { Draft } from './issuance.ts';
export { type IssueOptions, issue, type Outcome } from './issue.ts';
export {
  lockParties,
  type Order,
  type Particulars,
  perform,
  refusalIn,
  requireOwn,
  saveRefusal,
} from './perform.ts';
export { selectBundlesForRun as chooseBundles } from './select-bundles.ts';
export { strictBody as exactBody } from './strict-body.ts';
export { transferring } from './transfer.ts';

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
