import { listActions } from './action-log.ts';
import { cancelCertificates, transferCertificates } from './actions.ts';
import { createCertificates } from './create.ts';
import { createMetadata } from './metadata.ts';
import {
  queryCertificates,
  queryFullCertificates,
  readAccountCertificates,
  readCertificate,
} from './query.ts';

export { type Draft, type IssueOptions, issue, type Outcome } from './issue.ts';

export const certificateOperations = [
  createMetadata,
  createCertificates,
  queryCertificates,
  queryFullCertificates,
  readCertificate,
  readAccountCertificates,
  transferCertificates,
  cancelCertificates,
  listActions,
];
