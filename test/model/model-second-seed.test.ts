import { aLongWalk, FIRST_SEED } from './history.ts';

/** A second history beside the first, from the next seed: each takes a core. */

aLongWalk(FIRST_SEED + 1);
