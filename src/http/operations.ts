import { accountOperations } from '../account/index.ts';
import { authenticationOperations } from '../authentication/index.ts';
import { certificateOperations } from '../certificate/index.ts';
import { deviceOperations } from '../device/index.ts';
import { eventOperations } from '../event/index.ts';
import { measurementOperations } from '../measurement/index.ts';
import type { Operation } from '../operation/operation.ts';
import { organisationOperations } from '../organisation/index.ts';
import { schedulerOperations } from '../scheduler/index.ts';
import { userOperations } from '../user/index.ts';
import { csrfToken } from './csrf-token.ts';
import { healthOperations } from './health.ts';
import { changeLogLevel } from './log-level.ts';

/** Every operation of the API. Routes, permissions, the OpenAPI document and the tests' matrix follow from this list. */
export const operations: readonly Operation[] = [
  ...healthOperations,
  changeLogLevel,
  csrfToken,
  ...authenticationOperations,
  ...userOperations,
  ...organisationOperations,
  ...accountOperations,
  ...deviceOperations,
  ...measurementOperations,
  ...certificateOperations,
  ...schedulerOperations,
  ...eventOperations,
];
