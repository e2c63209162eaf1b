CREATE TABLE "journal_position" (
	"position" bigint PRIMARY KEY NOT NULL,
	"journal_id" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "journal_position_entry" UNIQUE("journal_id")
);
--> statement-breakpoint
-- Positions go on where they ended, in the order of the entries' ids, and leave no entry out.
CREATE FUNCTION journal_position_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  last journal_position;
  added record;
BEGIN
  SELECT min(position) AS first_position, max(position) AS last_position, count(*) AS number,
         min(journal_id) AS first_id, max(journal_id) AS last_id
  INTO added FROM new_rows;
  IF added.number = 0 THEN RETURN NULL; END IF;
  SELECT * INTO last FROM journal_position WHERE position < added.first_position ORDER BY position DESC LIMIT 1;
  IF added.first_position <> coalesce(last.position, -1) + 1
     OR added.last_position - added.first_position + 1 <> added.number
     OR added.first_id <= coalesce(last.journal_id, 0)
     OR EXISTS (SELECT FROM (SELECT journal_id, lag(journal_id) OVER (ORDER BY position) AS previous FROM new_rows) AS n
                WHERE n.journal_id <= n.previous)
     OR added.number <> (SELECT count(*) FROM journal WHERE id > coalesce(last.journal_id, 0) AND id <= added.last_id)
     OR EXISTS (SELECT FROM new_rows n WHERE NOT EXISTS (SELECT FROM journal j WHERE j.id = n.journal_id)) THEN
    PERFORM refuse('positions follow the journal without a hole');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER check_insert AFTER INSERT ON journal_position REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_position_inserted();
--> statement-breakpoint
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_position
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
GRANT SELECT ON journal_position TO registry_write, registry_read;
--> statement-breakpoint
GRANT INSERT ON journal_position TO registry_write;
--> statement-breakpoint
-- How far ids have been drawn; drawing one stays the trigger's alone.
GRANT SELECT ON SEQUENCE journal_id_seq TO registry_write;
