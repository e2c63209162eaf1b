-- plpgsql keeps the plan that it made for its first call, mostly of one row: a nested loop, which takes minutes for the old and
-- new rows of an action on 10 000 bundles. A hash join is right for both.
ALTER FUNCTION bundle_updated() SET enable_nestloop = off;
--> statement-breakpoint
ALTER FUNCTION journal_update() SET enable_nestloop = off;
