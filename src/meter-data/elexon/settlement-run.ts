/**
 * Settlement runs in chronological order; each run replaces the volumes of the previous one. Source: Elexon settlement
 * calendar (interim initial, initial, three reconciliations, final, post-final disputes).
 */
const RUNS = ['II', 'SF', 'R1', 'R2', 'R3', 'RF', 'DF'];

/** Ranks a settlement run: newer runs have higher ranks. Missing and unknown runs have the lowest rank, -1. */
export function settlementRunRank(run: string | null | undefined): number {
  return run == null ? -1 : RUNS.indexOf(run.toUpperCase());
}
