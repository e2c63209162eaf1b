/**
 * Settlement runs, oldest first: each restates the volumes of the one before it.
 * Source: Elexon settlement calendar (interim initial, initial, three reconciliations, final, post-final disputes).
 */
const RUNS = ['II', 'SF', 'R1', 'R2', 'R3', 'RF', 'DF'];

/** The standing of a run: the higher one is newer. A run that is absent or unknown stands below all others. */
export function settlementRunRank(run: string | null | undefined): number {
  return run == null ? -1 : RUNS.indexOf(run.toUpperCase());
}
