CREATE TABLE "personal_data" (
	"entity_name" text NOT NULL,
	"entity_id" bigint NOT NULL,
	"field" text NOT NULL,
	"user_id" bigint NOT NULL,
	"salt" "bytea" NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "personal_data_entity_name_entity_id_field_pk" PRIMARY KEY("entity_name","entity_id","field"),
	CONSTRAINT "personal_data_salt" CHECK (octet_length("personal_data"."salt") = 32)
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD COLUMN "name_commitment" text;--> statement-breakpoint
ALTER TABLE "login_throttle" ADD COLUMN "user_id" bigint;--> statement-breakpoint
ALTER TABLE "registry_user" ADD COLUMN "name_commitment" text;--> statement-breakpoint
ALTER TABLE "registry_user" ADD COLUMN "email_commitment" text;--> statement-breakpoint
ALTER TABLE "registry_user" ADD COLUMN "organisation_commitment" text;--> statement-breakpoint
ALTER TABLE "registry_user" ADD COLUMN "erased_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "personal_data_by_user" ON "personal_data" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "journal_by_actor" ON "journal" USING btree ("actor_id","id") WHERE actor_id IS NOT NULL AND action_id IS NULL;--> statement-breakpoint
CREATE INDEX "action_by_user" ON "action" USING btree ("user_id","id") WHERE user_id IS NOT NULL;--> statement-breakpoint
ALTER TABLE "registry_user" ADD CONSTRAINT "registry_user_erased" CHECK ("registry_user"."erased_at" IS NULL OR "registry_user"."deleted_at" IS NOT NULL
          AND num_nonnulls("registry_user"."name_commitment", "registry_user"."email_commitment", "registry_user"."organisation_commitment") = 0);
--> statement-breakpoint
-- The journal has commitments in place of personal values (docs/PRIVACY.md): it cannot forget, and a person may ask it to.

-- It can be recomputed from the value and its salt. Without the salt, the value cannot be guessed.
CREATE FUNCTION personal_commitment(salt bytea, value text) RETURNS text
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN 'v1:' || encode(sha256(salt || convert_to(value, 'UTF8')), 'hex');
--> statement-breakpoint
-- What takes the place of an erased value; null for a field that may be empty.
CREATE FUNCTION personal_pseudonym(entity text, entity_id bigint, field text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE entity || '.' || field
  WHEN 'registry_user.name' THEN 'Erased user ' || entity_id
  WHEN 'registry_user.email' THEN 'erased-user-' || entity_id || '@erased.invalid'
  WHEN 'api_key.name' THEN 'Erased API key ' || entity_id
END;
--> statement-breakpoint
-- Keeps the personal values of a row, its arguments, with a new salt for each new value, and writes their commitments into the
-- row, whatever the statement says. A value that is replaced, removed or erased (a pseudonym in its place) goes with its salt.
CREATE FUNCTION commit_personal_data() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  row_before CONSTANT jsonb := CASE TG_OP WHEN 'UPDATE' THEN to_jsonb(OLD) END;
  row_after CONSTANT jsonb := to_jsonb(NEW);
  person CONSTANT bigint := coalesce(row_after ->> 'user_id', row_after ->> 'id')::bigint;
  commitments jsonb := '{}';
  commitment text;
  personal text;
  given text;
  drawn bytea;
BEGIN
  FOREACH personal IN ARRAY TG_ARGV LOOP
    given := nullif(row_after ->> personal, personal_pseudonym(TG_TABLE_NAME, NEW.id, personal));
    commitment := row_before ->> (personal || '_commitment');
    IF given IS NULL THEN
      commitment := NULL;
      DELETE FROM personal_data d WHERE d.entity_name = TG_TABLE_NAME AND d.entity_id = NEW.id AND d.field = personal;
    ELSIF commitment IS NULL OR given <> row_before ->> personal THEN
      -- 244 of the 256 bits are random: PostgreSQL without extensions has no other strong source.
      drawn := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
      commitment := personal_commitment(drawn, given);
      INSERT INTO personal_data (entity_name, entity_id, field, user_id, salt, value)
      VALUES (TG_TABLE_NAME, NEW.id, personal, person, drawn, given)
      ON CONFLICT (entity_name, entity_id, field) DO UPDATE SET salt = excluded.salt, value = excluded.value;
    END IF;
    commitments := commitments || jsonb_build_object(personal || '_commitment', commitment);
  END LOOP;
  RETURN jsonb_populate_record(NEW, commitments);
END $$;
--> statement-breakpoint
CREATE TRIGGER commit_personal_data BEFORE INSERT OR UPDATE ON registry_user
  FOR EACH ROW EXECUTE FUNCTION commit_personal_data('name', 'email', 'organisation');
--> statement-breakpoint
CREATE TRIGGER commit_personal_data BEFORE INSERT OR UPDATE ON api_key
  FOR EACH ROW EXECUTE FUNCTION commit_personal_data('name');
--> statement-breakpoint
-- An erasure destroys what the user logged in with, and what is kept of the user's requests.
CREATE FUNCTION erase_user() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  DELETE FROM session WHERE user_id = NEW.id;
  DELETE FROM credential WHERE user_id = NEW.id;
  DELETE FROM api_key_secret WHERE api_key_id IN (SELECT id FROM api_key WHERE user_id = NEW.id);
  DELETE FROM login_throttle WHERE user_id = NEW.id;
  DELETE FROM email_change_request WHERE user_id = NEW.id;
  DELETE FROM idempotency_key WHERE user_id = NEW.id;
  UPDATE api_key
  SET name = personal_pseudonym('api_key', id, 'name'), deleted_at = coalesce(deleted_at, now()), version = version + 1
  WHERE user_id = NEW.id;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER erase_user AFTER UPDATE OF erased_at ON registry_user FOR EACH ROW
  WHEN (OLD.erased_at IS NULL AND NEW.erased_at IS NOT NULL) EXECUTE FUNCTION erase_user();
--> statement-breakpoint
-- As before, without the columns that are the arguments of the trigger.
CREATE OR REPLACE FUNCTION journal_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id,
                       attributes_after, actor_id, action_id, request_id, recorded_at)
  SELECT pg_current_xact_id(), uuidv7(), 'CREATE', TG_TABLE_NAME, (row_after ->> 'id')::bigint,
         (row_after ->> 'parent_id')::bigint, row_after, registry_setting('actor_id')::bigint,
         registry_setting('action_id')::bigint, registry_setting('request_id'), clock_timestamp()
  FROM (SELECT to_jsonb(n) - coalesce(TG_ARGV, '{}') AS row_after FROM new_rows n) AS changed
  ORDER BY (row_after ->> 'id')::bigint;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION journal_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $$
BEGIN
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id,
                       attributes_before, attributes_after, actor_id, action_id, request_id, recorded_at)
  SELECT pg_current_xact_id(), uuidv7(),
         CASE WHEN difference.after ->> 'deleted_at' IS NOT NULL THEN 'DELETE' ELSE 'UPDATE' END::event_type,
         TG_TABLE_NAME, (row_after ->> 'id')::bigint, (row_after ->> 'parent_id')::bigint,
         difference.before, difference.after, registry_setting('actor_id')::bigint,
         registry_setting('action_id')::bigint, registry_setting('request_id'), clock_timestamp()
  FROM (SELECT to_jsonb(o) AS row_before, to_jsonb(n) - coalesce(TG_ARGV, '{}') AS row_after
        FROM old_rows o JOIN new_rows n USING (id)) AS changed
  CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(a.key, row_before -> a.key) AS before, jsonb_object_agg(a.key, a.value) AS after
    FROM jsonb_each(row_after) AS a
    WHERE a.value IS DISTINCT FROM row_before -> a.key
  ) AS difference
  WHERE difference.after IS NOT NULL
  ORDER BY (row_after ->> 'id')::bigint;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE TRIGGER zz_journal_insert AFTER INSERT ON registry_user REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_insert('name', 'email', 'organisation');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER zz_journal_update AFTER UPDATE ON registry_user REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_update('name', 'email', 'organisation');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER zz_journal_insert AFTER INSERT ON api_key REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_insert('name');
--> statement-breakpoint
CREATE OR REPLACE TRIGGER zz_journal_update AFTER UPDATE ON api_key REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_update('name');
--> statement-breakpoint
ALTER TABLE personal_data ADD CONSTRAINT personal_data_user FOREIGN KEY (user_id) REFERENCES registry_user
  DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
-- Commitments for the values that are there. Earlier events keep the values that they have: a changed event would break the chain.
UPDATE registry_user SET version = version;
--> statement-breakpoint
UPDATE api_key SET version = version;
--> statement-breakpoint
SET CONSTRAINTS personal_data_user IMMEDIATE;
--> statement-breakpoint
SET CONSTRAINTS personal_data_user DEFERRED;
--> statement-breakpoint
-- Statistics hold samples of the values of a column, which an erasure would not reach.
ALTER TABLE personal_data ALTER COLUMN value SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE registry_user ALTER COLUMN name SET STATISTICS 0, ALTER COLUMN email SET STATISTICS 0,
  ALTER COLUMN organisation SET STATISTICS 0;
--> statement-breakpoint
ALTER INDEX registry_user_email_living ALTER COLUMN 1 SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE api_key ALTER COLUMN name SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE email_change_request ALTER COLUMN email SET STATISTICS 0;
--> statement-breakpoint
ALTER TABLE idempotency_key ALTER COLUMN key SET STATISTICS 0, ALTER COLUMN answer SET STATISTICS 0;
--> statement-breakpoint
SELECT pg_clear_attribute_stats('public', relation, attribute, false)
FROM (VALUES ('registry_user', 'name'), ('registry_user', 'email'), ('registry_user', 'organisation'),
             ('registry_user_email_living', 'lower'), ('api_key', 'name'), ('email_change_request', 'email'),
             ('idempotency_key', 'key'), ('idempotency_key', 'answer')) AS sampled(relation, attribute);
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION personal_commitment(bytea, text), personal_pseudonym(text, bigint, text) TO registry_write, registry_read;
--> statement-breakpoint
GRANT SELECT ON personal_data TO registry_write, registry_read;
