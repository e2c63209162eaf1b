import {
  createRecurringCancel,
  createRecurringTransfer,
  deleteRecurring,
  listRecurring,
} from './recurring.ts';

export { type Scheduler, startScheduler } from './service.ts';

export const schedulerOperations = [
  createRecurringTransfer,
  createRecurringCancel,
  listRecurring,
  deleteRecurring,
];
