import { FIRST_SEED, longRun } from './history.ts';

/** `MODEL_SEED=… MODEL_STEPS=100000` for more; another walk goes on beside this one, in a file of its own. */

longRun(FIRST_SEED);
