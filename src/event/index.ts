import { journalHead, listEvents, verifyEvents } from './operations.ts';

export const eventOperations = [listEvents, verifyEvents, journalHead];
