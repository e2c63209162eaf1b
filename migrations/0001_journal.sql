-- The journal: statement-level triggers write one entry for each changed row, whoever changes it.

CREATE FUNCTION registry_setting(name text) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('registry.' || name, true), '') $$;
--> statement-breakpoint
CREATE FUNCTION journal_insert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id,
                       attributes_after, actor_id, action_id, request_id, recorded_at)
  SELECT pg_current_xact_id(), uuidv7(), 'CREATE', TG_TABLE_NAME, (row_after ->> 'id')::bigint,
         (row_after ->> 'parent_id')::bigint, row_after, registry_setting('actor_id')::bigint,
         registry_setting('action_id')::bigint, registry_setting('request_id'), clock_timestamp()
  FROM (SELECT to_jsonb(n) AS row_after FROM new_rows n) AS changed
  ORDER BY (row_after ->> 'id')::bigint;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION journal_update() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO journal (transaction_id, event_id, event_type, entity_name, entity_id, parent_entity_id,
                       attributes_before, attributes_after, actor_id, action_id, request_id, recorded_at)
  SELECT pg_current_xact_id(), uuidv7(),
         CASE WHEN difference.after ->> 'deleted_at' IS NOT NULL THEN 'DELETE' ELSE 'UPDATE' END::event_type,
         TG_TABLE_NAME, (row_after ->> 'id')::bigint, (row_after ->> 'parent_id')::bigint,
         difference.before, difference.after, registry_setting('actor_id')::bigint,
         registry_setting('action_id')::bigint, registry_setting('request_id'), clock_timestamp()
  FROM (SELECT to_jsonb(o) AS row_before, to_jsonb(n) AS row_after
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
-- The journal and the checks pair old and new rows by id.
CREATE FUNCTION refuse_new_id() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a row of % keeps its id', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE FUNCTION refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% on % is refused: its rows are kept for ever', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
DO $$
DECLARE entity text;
BEGIN
  FOREACH entity IN ARRAY ARRAY['registry_user', 'organisation', 'account', 'account_user', 'account_whitelist', 'device',
                                'measurement_report', 'issuance_metadata', 'issuance', 'bundle', 'action'] LOOP
    EXECUTE format('CREATE TRIGGER zz_journal_insert AFTER INSERT ON %I REFERENCING NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION journal_insert()', entity);
    EXECUTE format('CREATE TRIGGER zz_journal_update AFTER UPDATE ON %I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
                   'FOR EACH STATEMENT EXECUTE FUNCTION journal_update()', entity);
    EXECUTE format('CREATE TRIGGER keep_id BEFORE UPDATE OF id ON %I FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_id()', entity);
    EXECUTE format('CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', entity);
  END LOOP;
END $$;
--> statement-breakpoint
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refuse_update BEFORE UPDATE ON action FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER refuse_update BEFORE UPDATE ON issuance_metadata FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- An entry draws its id while its transaction holds the locks of what it changed; a cache would break that order.
ALTER SEQUENCE journal_id_seq CACHE 1;
