-- No function finds another table or function than its own by the search path of its caller. A body in the standard's form is
-- resolved when it is created, and can still be inlined, which a function with settings cannot: this one is called for each row.
CREATE OR REPLACE FUNCTION registry_setting(name text) RETURNS text
LANGUAGE sql STABLE RETURN nullif(current_setting('registry.' || name, true), '');
--> statement-breakpoint
ALTER FUNCTION refuse_new_id() SET search_path = public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION refuse_change() SET search_path = public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION refuse(text) SET search_path = public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION require_fresh_snapshots() SET search_path = public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION derive_bundle_expiry() SET search_path = public, pg_temp;
--> statement-breakpoint
ALTER FUNCTION refuse_new_expiry() SET search_path = public, pg_temp;
