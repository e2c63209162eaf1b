CREATE TABLE "account_total" (
	"account_id" bigint NOT NULL,
	"energy_source" "energy_source" NOT NULL,
	"status" "bundle_status" NOT NULL,
	"bundles" bigint NOT NULL,
	"energy_wh" bigint NOT NULL,
	CONSTRAINT "account_total_account_id_energy_source_status_pk" PRIMARY KEY("account_id","energy_source","status")
);
--> statement-breakpoint
CREATE TABLE "account_total_change" (
	"account_id" bigint NOT NULL,
	"energy_source" "energy_source" NOT NULL,
	"status" "bundle_status" NOT NULL,
	"bundles" bigint NOT NULL,
	"energy_wh" bigint NOT NULL
);
--> statement-breakpoint
CREATE INDEX "account_total_change_by_account" ON "account_total_change" USING btree ("account_id");
--> statement-breakpoint
-- Queries of the bundles of a device, and the sums over them.
CREATE INDEX "bundle_by_account_device" ON "bundle" USING btree ("account_id","device_id","production_start","id") INCLUDE ("quantity") WHERE status <> 'Bundle Split';
--> statement-breakpoint
-- What new bundles add to the accounts. The source of energy is read by a subquery, since plpgsql keeps its first plan: a join that
-- was planned for many bundles would read all issuances for one.
CREATE FUNCTION derive_totals_of_new_bundles() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO account_total_change (account_id, energy_source, status, bundles, energy_wh)
  SELECT account_id, energy_source, status, count(*), sum(quantity)
  FROM (SELECT n.account_id, n.status, n.quantity,
               (SELECT i.energy_source FROM issuance i WHERE i.id = n.issuance_id) AS energy_source
        FROM new_rows n WHERE n.status <> 'Bundle Split') AS added
  GROUP BY account_id, energy_source, status;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION derive_totals_of_changed_bundles() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO account_total_change (account_id, energy_source, status, bundles, energy_wh)
  SELECT account_id, energy_source, status, sum(number), sum(number * quantity)
  FROM (SELECT account_id, status, number, quantity,
               (SELECT i.energy_source FROM issuance i WHERE i.id = row_version.issuance_id) AS energy_source
        FROM (SELECT account_id, status, -1 AS number, quantity, issuance_id FROM old_rows
              UNION ALL
              SELECT account_id, status, 1, quantity, issuance_id FROM new_rows) AS row_version
        WHERE status <> 'Bundle Split') AS changed
  GROUP BY account_id, energy_source, status
  HAVING sum(number) <> 0 OR sum(number * quantity) <> 0;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER derive_totals_insert AFTER INSERT ON bundle REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION derive_totals_of_new_bundles();
--> statement-breakpoint
CREATE TRIGGER derive_totals_update AFTER UPDATE ON bundle REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION derive_totals_of_changed_bundles();
--> statement-breakpoint
-- Moves at most 10 000 changes into the totals, and returns how many there were. Several processes may call it at once: a change
-- is deleted, and so counted, by one of them.
CREATE FUNCTION fold_account_totals() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH folded AS (
    DELETE FROM account_total_change
    WHERE ctid = ANY (ARRAY(SELECT ctid FROM account_total_change LIMIT 10000))
    RETURNING account_id, energy_source, status, bundles, energy_wh
  ), written AS (
    INSERT INTO account_total (account_id, energy_source, status, bundles, energy_wh)
    SELECT account_id, energy_source, status, sum(bundles), sum(energy_wh)
    FROM folded GROUP BY account_id, energy_source, status ORDER BY account_id, energy_source, status
    ON CONFLICT (account_id, energy_source, status) DO UPDATE
      SET bundles = account_total.bundles + excluded.bundles, energy_wh = account_total.energy_wh + excluded.energy_wh
  )
  SELECT count(*) FROM folded
$$;
--> statement-breakpoint
-- Computes all totals from the bundles. Writers wait meanwhile.
CREATE FUNCTION rebuild_account_totals() RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  LOCK TABLE bundle IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM account_total_change;
  DELETE FROM account_total;
  INSERT INTO account_total (account_id, energy_source, status, bundles, energy_wh)
  SELECT b.account_id, i.energy_source, b.status, count(*), sum(b.quantity)
  FROM bundle b JOIN issuance i ON i.id = b.issuance_id
  WHERE b.status <> 'Bundle Split' GROUP BY b.account_id, i.energy_source, b.status;
END $$;
--> statement-breakpoint
SELECT rebuild_account_totals();
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION fold_account_totals(), rebuild_account_totals() FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION fold_account_totals() TO registry_write;
--> statement-breakpoint
GRANT SELECT ON account_total, account_total_change TO registry_write, registry_read;
