export { type Scheduler, startScheduler } from './service.ts';
