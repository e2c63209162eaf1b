-- Who acts is proven by a key that the password of the database does not give (decision 0033).

CREATE TABLE "actor_key" (
	"inner_block" "bytea" NOT NULL,
	"outer_block" "bytea" NOT NULL
);
--> statement-breakpoint
-- Runs after the triggers of the journal, with the same actor: between the triggers of a statement no other SQL runs. The owner
-- needs no proof, and without keys nobody does. A proof is `<seconds> <HMAC-SHA-256 of "seconds process actor">`; the process is
-- that of the connection, and the time is near the beginning of the transaction, so that a copied proof is useless elsewhere.
CREATE FUNCTION require_actor_proof() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  seconds text := split_part(registry_setting('actor_proof'), ' ', 1);
  proof text := split_part(registry_setting('actor_proof'), ' ', 2);
  message bytea := convert_to(concat_ws(' ', seconds, pg_backend_pid(), coalesce(registry_setting('actor_id'), '')), 'UTF8');
BEGIN
  IF session_user = current_user OR NOT EXISTS (SELECT FROM actor_key) THEN RETURN NULL; END IF;
  IF seconds ~ '^[0-9]{1,12}$'
     AND abs(extract(epoch FROM now()) - seconds::bigint) <= 120
     AND EXISTS (SELECT FROM actor_key
                 WHERE encode(sha256(outer_block || sha256(inner_block || message)), 'hex') = proof) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION 'the transaction does not prove its actor' USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
DO $$
DECLARE written text;
BEGIN
  FOREACH written IN ARRAY ARRAY[
    'account', 'account_user', 'account_whitelist', 'action', 'api_key', 'api_key_secret', 'bundle', 'credential',
    'device', 'email_change_request', 'idempotency_key', 'issuance', 'issuance_metadata', 'login_throttle',
    'measurement_report', 'organisation', 'recurring_action', 'registry_user', 'session'
  ] LOOP
    EXECUTE format('CREATE TRIGGER zzz_require_actor_proof AFTER INSERT OR UPDATE OR DELETE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION require_actor_proof()', written);
  END LOOP;
END $$;
