-- What the registry promises of certificates, refused by Postgres itself.
-- Neighbours are checked under a row lock and read anew after it; a repeatable-read snapshot would be too old for that.

CREATE EXTENSION IF NOT EXISTS btree_gist;
--> statement-breakpoint
ALTER TABLE issuance ADD CONSTRAINT issuance_one_live_per_instant
  EXCLUDE USING gist (device_id WITH =, tstzrange(production_start, production_end) WITH &&) WHERE (withdrawn_at IS NULL);
--> statement-breakpoint
ALTER TABLE measurement_report ADD CONSTRAINT measurement_one_per_instant
  EXCLUDE USING gist (device_id WITH =, gross_net_indicator WITH =, tstzrange(interval_start, interval_end) WITH &&)
  WHERE (deleted_at IS NULL);
--> statement-breakpoint
CREATE FUNCTION refuse(reason text) RETURNS void
LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '%', reason USING ERRCODE = 'integrity_constraint_violation'; END $$;
--> statement-breakpoint
CREATE FUNCTION require_fresh_snapshots() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    PERFORM refuse('certificates are written at isolation level read committed only');
  END IF;
END $$;
--> statement-breakpoint
-- Certificate ids of a device count up from 1 without a hole, and are never used again.
CREATE FUNCTION issuance_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM require_fresh_snapshots();
  PERFORM FROM device WHERE id IN (SELECT device_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;
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
--> statement-breakpoint
CREATE TRIGGER check_insert AFTER INSERT ON issuance REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION issuance_inserted();
--> statement-breakpoint
CREATE FUNCTION issuance_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- The quantity is generated from the range, and before the update NEW does not have it yet.
  IF to_jsonb(OLD) - ARRAY['withdrawn_at', 'quantity'] <> to_jsonb(NEW) - ARRAY['withdrawn_at', 'quantity']
     OR OLD.withdrawn_at IS NOT NULL THEN
    PERFORM refuse('the header of an issuance never changes');
  END IF;
  IF EXISTS (SELECT FROM bundle b WHERE b.issuance_id = NEW.id AND b.status NOT IN ('Withdrawn', 'Bundle Split')) THEN
    PERFORM refuse('an issuance is withdrawn only with the last of its live bundles');
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER check_update BEFORE UPDATE ON issuance FOR EACH ROW EXECUTE FUNCTION issuance_updated();
--> statement-breakpoint
-- New slices: within their issuance, beside their neighbours, and either the whole of it or children of a split.
CREATE FUNCTION bundle_inserted() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM require_fresh_snapshots();
  PERFORM FROM issuance WHERE id IN (SELECT issuance_id FROM new_rows) ORDER BY id FOR NO KEY UPDATE;
  IF EXISTS (
    SELECT FROM new_rows n JOIN issuance i ON i.id = n.issuance_id
    WHERE n.range_start < i.range_start OR n.range_end > i.range_end
       OR n.device_id <> i.device_id OR n.production_start <> i.production_start
  ) THEN
    PERFORM refuse('a bundle lies within its issuance');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n
    WHERE n.status <> 'Bundle Split' AND (
      n.range_start <= (SELECT b.range_end FROM bundle b
                        WHERE b.issuance_id = n.issuance_id AND b.status <> 'Bundle Split' AND b.range_start < n.range_start
                        ORDER BY b.range_start DESC LIMIT 1)
      OR n.range_end >= (SELECT b.range_start FROM bundle b
                         WHERE b.issuance_id = n.issuance_id AND b.status <> 'Bundle Split' AND b.range_start > n.range_start
                         ORDER BY b.range_start LIMIT 1))
  ) THEN
    PERFORM refuse('a watt-hour is in one live bundle at most');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n JOIN issuance i ON i.id = n.issuance_id
    WHERE n.parent_id IS NULL
      AND (n.status <> 'Active' OR n.range_start <> i.range_start OR n.range_end <> i.range_end
           OR n.beneficiary IS NOT NULL OR n.prior_status IS NOT NULL)
  ) THEN
    PERFORM refuse('the first bundle of an issuance is Active and holds all of it');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n LEFT JOIN bundle p ON p.id = n.parent_id
    WHERE n.parent_id IS NOT NULL
      AND (p.status IS DISTINCT FROM 'Bundle Split' OR n.status IS DISTINCT FROM p.prior_status OR n.prior_status IS NOT NULL
           OR n.issuance_id <> p.issuance_id OR n.account_id <> p.account_id
           OR n.beneficiary IS DISTINCT FROM p.beneficiary
           OR n.range_start < p.range_start OR n.range_end > p.range_end)
  ) THEN
    PERFORM refuse('a child of a split takes part of its parent and all that its parent was');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER check_insert AFTER INSERT ON bundle REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION bundle_inserted();
--> statement-breakpoint
CREATE FUNCTION bundle_updated() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF EXISTS (
    SELECT FROM old_rows o JOIN new_rows n USING (id)
    WHERE (o.issuance_id, o.range_start, o.range_end, o.hash, o.device_id, o.production_start, o.created_at)
            IS DISTINCT FROM
          (n.issuance_id, n.range_start, n.range_end, n.hash, n.device_id, n.production_start, n.created_at)
       OR o.parent_id IS DISTINCT FROM n.parent_id
  ) THEN
    PERFORM refuse('a bundle keeps its range, its hash and its parent');
  END IF;
  IF EXISTS (
    SELECT FROM old_rows o JOIN new_rows n USING (id)
    WHERE o.status <> n.status
      AND NOT EXISTS (SELECT FROM bundle_status_transition t WHERE t.from_status = o.status AND t.to_status = n.status)
  ) THEN
    PERFORM refuse('a bundle''s status moves along the lifecycle table only');
  END IF;
  IF EXISTS (
    SELECT FROM old_rows o JOIN new_rows n USING (id)
    WHERE o.account_id <> n.account_id AND (o.status <> 'Active' OR n.status <> 'Active')
  ) THEN
    PERFORM refuse('only an Active bundle changes its account');
  END IF;
  IF EXISTS (
    SELECT FROM old_rows o JOIN new_rows n USING (id)
    WHERE o.beneficiary IS DISTINCT FROM n.beneficiary
      AND NOT (o.status <> n.status AND n.status IN ('Cancelled', 'Cancelled for Storage'))
  ) THEN
    PERFORM refuse('a beneficiary is named at cancellation, once');
  END IF;
  IF EXISTS (
    SELECT FROM old_rows o JOIN new_rows n USING (id)
    WHERE n.prior_status IS DISTINCT FROM
            CASE WHEN o.status = n.status THEN o.prior_status WHEN n.status IN ('Locked', 'Bundle Split') THEN o.status END
       OR (o.status = 'Locked' AND n.status IN ('Active', 'Reserved') AND n.status <> o.prior_status)
  ) THEN
    PERFORM refuse('a lock or a split puts the status aside, and an unlock brings the same one back');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER check_update AFTER UPDATE ON bundle REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION bundle_updated();
--> statement-breakpoint
-- At commit: the slices of a new issuance, and the children of a split, are exactly as much as was there.
CREATE FUNCTION issuance_conserved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.quantity IS DISTINCT FROM (SELECT sum(b.quantity) FROM bundle b WHERE b.issuance_id = NEW.id AND b.status <> 'Bundle Split') THEN
    PERFORM refuse('the live bundles of an issuance hold exactly what was issued');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER conserve AFTER INSERT ON issuance DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION issuance_conserved();
--> statement-breakpoint
CREATE FUNCTION split_conserved() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM bundle b WHERE b.parent_id = NEW.id HAVING sum(b.quantity) = NEW.quantity AND count(*) = 2) THEN
    PERFORM refuse('the two children of a split tile their parent');
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE CONSTRAINT TRIGGER conserve AFTER UPDATE ON bundle DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'Bundle Split' AND OLD.status <> 'Bundle Split') EXECUTE FUNCTION split_conserved();
--> statement-breakpoint
INSERT INTO bundle_status_transition (from_status, to_status) VALUES
  ('Active', 'Cancelled'), ('Reserved', 'Cancelled'),
  ('Cancelled', 'Claimed'),
  ('Active', 'Reserved'), ('Reserved', 'Active'),
  ('Active', 'Locked'), ('Reserved', 'Locked'), ('Locked', 'Active'), ('Locked', 'Reserved'),
  ('Active', 'Withdrawn'), ('Reserved', 'Withdrawn'), ('Locked', 'Withdrawn'),
  ('Active', 'Expired'), ('Reserved', 'Expired'),
  ('Active', 'Exported'),
  ('Active', 'Cancelled for Storage'), ('Reserved', 'Cancelled for Storage'),
  ('Active', 'Bundle Split'), ('Reserved', 'Bundle Split'), ('Cancelled', 'Bundle Split');
--> statement-breakpoint
-- The application owns nothing, and may do no more than its work.
GRANT USAGE ON SCHEMA public TO registry_write, registry_read;
--> statement-breakpoint
GRANT SELECT ON ALL TABLES IN SCHEMA public TO registry_write, registry_read;
--> statement-breakpoint
REVOKE ALL ON credential FROM registry_read;
--> statement-breakpoint
GRANT INSERT, UPDATE ON registry_user, credential, organisation, account, account_user, account_whitelist, device, measurement_report TO registry_write;
--> statement-breakpoint
GRANT INSERT ON issuance_metadata, issuance, bundle, action TO registry_write;
--> statement-breakpoint
GRANT UPDATE (withdrawn_at) ON issuance TO registry_write;
--> statement-breakpoint
GRANT UPDATE (account_id, status, prior_status, beneficiary) ON bundle TO registry_write;
--> statement-breakpoint
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO registry_write;
--> statement-breakpoint
REVOKE USAGE ON SEQUENCE journal_id_seq FROM registry_write;
