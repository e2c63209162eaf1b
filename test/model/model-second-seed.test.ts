import { FIRST_SEED, longRun } from './history.ts';

/** A second history beside the first, from the next seed, so that two cores are used. */

longRun(FIRST_SEED + 1);
