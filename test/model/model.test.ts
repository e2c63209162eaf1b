import { FIRST_SEED, longRun } from './history.ts';

/** `MODEL_SEED=… MODEL_STEPS=100000` for more; a second history runs beside this one, in its own file. */

longRun(FIRST_SEED);
