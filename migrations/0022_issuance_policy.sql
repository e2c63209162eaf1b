CREATE TABLE "issuance_policy" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issuance_policy_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"capacity_margin" numeric NOT NULL,
	"certificate_expiry_years" integer NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "issuance_policy_margin" CHECK ("issuance_policy"."capacity_margin" BETWEEN 1 AND 10),
	CONSTRAINT "issuance_policy_expiry" CHECK ("issuance_policy"."certificate_expiry_years" BETWEEN 1 AND 100)
);
--> statement-breakpoint
CREATE UNIQUE INDEX "issuance_policy_one" ON "issuance_policy" USING btree ((true));
--> statement-breakpoint
CREATE TRIGGER zz_journal_insert AFTER INSERT ON issuance_policy REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_insert();
--> statement-breakpoint
CREATE TRIGGER zz_journal_update AFTER UPDATE ON issuance_policy REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_update();
--> statement-breakpoint
CREATE TRIGGER keep_id BEFORE UPDATE OF id ON issuance_policy FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_id();
--> statement-breakpoint
CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON issuance_policy FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- Without a row, the defaults of the settings apply.
CREATE FUNCTION current_issuance_policy(OUT capacity_margin numeric, OUT certificate_expiry_years integer)
LANGUAGE sql STABLE BEGIN ATOMIC
  SELECT coalesce(max(p.capacity_margin), 1.1), coalesce(max(p.certificate_expiry_years), 2) FROM issuance_policy p;
END;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION current_issuance_policy() TO registry_write, registry_read;
--> statement-breakpoint
-- Only the owner changes the policy: the role that writes is held to it.
GRANT SELECT ON issuance_policy TO registry_write, registry_read;
--> statement-breakpoint
-- As before. In addition, an issuance follows the policy, and lies within what its device could produce. A change of the policy
-- locks the table of issuances, so that what is read here is the policy until this transaction ends.
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
    SELECT FROM new_rows n JOIN device d ON d.id = n.device_id
    WHERE n.production_start < d.operational_date
       OR extract(epoch FROM n.production_start) % (60 * d.granularity_minutes) <> 0
       OR extract(epoch FROM n.production_end) % (60 * d.granularity_minutes) <> 0
  ) THEN
    PERFORM refuse('an interval starts once its device operates, and has its granularity');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n JOIN device d ON d.id = n.device_id CROSS JOIN current_issuance_policy() p
    WHERE n.quantity * 3600 > d.power_mw * 1000000 * p.capacity_margin * extract(epoch FROM n.production_end - n.production_start)
  ) THEN
    PERFORM refuse('no more is issued than the device can produce in the interval');
  END IF;
  IF EXISTS (
    SELECT FROM new_rows n CROSS JOIN current_issuance_policy() p
    WHERE n.expiry AT TIME ZONE 'UTC'
          <> n.production_end AT TIME ZONE 'UTC' + make_interval(years => p.certificate_expiry_years)
  ) THEN
    PERFORM refuse('certificates expire as many years after their interval as the policy says');
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
--> statement-breakpoint
-- As before. In addition, the first bundle of an issuance belongs to the account of the device.
CREATE OR REPLACE FUNCTION bundle_inserted() RETURNS trigger
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
    SELECT FROM new_rows n JOIN issuance i ON i.id = n.issuance_id JOIN device d ON d.id = i.device_id
    WHERE n.parent_id IS NULL
      AND (n.status <> 'Active' OR n.range_start <> i.range_start OR n.range_end <> i.range_end
           OR n.account_id <> d.account_id OR n.beneficiary IS NOT NULL OR n.prior_status IS NOT NULL)
  ) THEN
    PERFORM refuse('the first bundle of an issuance is Active, holds all of it, and belongs to the account of the device');
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
