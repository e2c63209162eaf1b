-- A plant is one device for ever once certificates were issued for it: whoever registers it again could issue its hours again.

DO $$
DECLARE twins text;
BEGIN
  SELECT string_agg(format('devices %s (grid %s, identifier %s)', ids, grid, identifier), '; ') INTO twins
  FROM (SELECT string_agg(id::text, ', ' ORDER BY id) AS ids, lower(grid) AS grid, lower(local_device_identifier) AS identifier
        FROM device WHERE deleted_at IS NULL AND local_device_identifier IS NOT NULL
        GROUP BY lower(grid), lower(local_device_identifier) HAVING count(*) > 1) AS plant;
  IF twins IS NOT NULL THEN
    RAISE EXCEPTION 'Nothing was migrated: some living devices differ only in the case of their grid or identifier. '
      'Retire or rename all but one of each with the release before, then migrate again: %', twins
      USING ERRCODE = 'unique_violation';
  END IF;
END $$;
--> statement-breakpoint
DROP INDEX "device_local_identifier_living";
--> statement-breakpoint
CREATE INDEX "device_by_local_identifier" ON "device" USING btree (lower("grid"),lower("local_device_identifier"));
--> statement-breakpoint
CREATE UNIQUE INDEX "device_local_identifier_living" ON "device" USING btree (lower("grid"),lower("local_device_identifier")) WHERE deleted_at IS NULL;
--> statement-breakpoint
-- Looks after the row is in its index, where it waits for a twin that is being retired, and so for what was issued for that.
CREATE FUNCTION device_plant_kept() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM require_fresh_snapshots();
  IF TG_OP = 'UPDATE' AND (OLD.grid, OLD.local_device_identifier) IS DISTINCT FROM (NEW.grid, NEW.local_device_identifier)
     AND EXISTS (SELECT FROM issuance WHERE device_id = NEW.id) THEN
    RAISE EXCEPTION 'a device keeps the grid and the identifier under which its certificates were issued'
      USING ERRCODE = 'integrity_constraint_violation',
            CONSTRAINT = CASE WHEN OLD.grid <> NEW.grid THEN 'device_grid_kept' ELSE 'device_local_identifier_kept' END;
  END IF;
  IF NEW.deleted_at IS NULL AND EXISTS (
    SELECT FROM device d
    WHERE lower(d.grid) = lower(NEW.grid) AND lower(d.local_device_identifier) = lower(NEW.local_device_identifier)
      AND d.id <> NEW.id AND EXISTS (SELECT FROM issuance i WHERE i.device_id = d.id)
  ) THEN
    RAISE EXCEPTION 'certificates of another device were issued under this identifier'
      USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'device_local_identifier_spent';
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER keep_plant AFTER INSERT OR UPDATE OF grid, local_device_identifier, deleted_at ON device
  FOR EACH ROW EXECUTE FUNCTION device_plant_kept();
--> statement-breakpoint
-- As before; and what is issued is alive, for a living device that has an identifier.
CREATE OR REPLACE FUNCTION issuance_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM require_fresh_snapshots();
  PERFORM FROM device WHERE id IN (SELECT device_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;
  IF EXISTS (SELECT FROM new_rows WHERE withdrawn_at IS NOT NULL) THEN
    PERFORM refuse('an issuance is withdrawn after it was made, with the last of its live bundles');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n JOIN device d ON d.id = n.device_id
    WHERE d.deleted_at IS NOT NULL OR d.local_device_identifier IS NULL
  ) THEN
    PERFORM refuse('certificates are issued for a living device that has an identifier');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n
    WHERE n.range_start <> 1 + coalesce(
      (SELECT p.range_end FROM issuance p
       WHERE p.device_id = n.device_id AND p.range_start < n.range_start ORDER BY p.range_start DESC LIMIT 1), 0)
  ) THEN
    PERFORM refuse('an issuance takes the next unused certificate ids of its device');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n
    WHERE n.issue_version <> 1 + (SELECT count(*) FROM issuance p WHERE p.issuance_id = n.issuance_id AND p.issue_version < n.issue_version)
       OR (n.issue_version > 1) <> (n.replaces_id IS NOT NULL)
  ) THEN
    PERFORM refuse('versions of an issuance follow one another, each naming the one it replaces');
  END IF;
  RETURN NULL;
END $$;
