import { FIRST_SEED, longRun } from './history.ts';

/** A second history beside the first, from the next seed: each takes a core. */

longRun(FIRST_SEED + 1);
