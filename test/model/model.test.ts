import { FIRST_SEED, longRun } from './history.ts';

/** `MODEL_SEED=… MODEL_STEPS=100000` for more; a second history runs in parallel, in its own file. */

longRun(FIRST_SEED);
