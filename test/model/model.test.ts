import { aLongWalk, FIRST_SEED } from './history.ts';

/** `WALK_SEED=… WALK_STEPS=100000` for more; another walk goes on beside this one, in a file of its own. */

aLongWalk(FIRST_SEED);
