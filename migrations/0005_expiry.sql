ALTER TYPE "public"."action_type" ADD VALUE 'expire';--> statement-breakpoint
ALTER TABLE "action" ALTER COLUMN "user_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "action" ADD CONSTRAINT "action_user" CHECK (("action"."user_id" IS NULL) = ("action"."action_type"::text = 'expire'));--> statement-breakpoint
ALTER TABLE "bundle" ADD COLUMN "expiry" timestamp with time zone;--> statement-breakpoint
-- A copy is no event: the journal has it in the header.
ALTER TABLE bundle DISABLE TRIGGER USER;--> statement-breakpoint
UPDATE bundle b SET expiry = i.expiry FROM issuance i WHERE i.id = b.issuance_id;--> statement-breakpoint
ALTER TABLE bundle ENABLE TRIGGER USER;--> statement-breakpoint
ALTER TABLE "bundle" ALTER COLUMN "expiry" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "bundle_by_expiry" ON "bundle" USING btree ("expiry","id") WHERE status IN ('Active', 'Reserved');--> statement-breakpoint
-- Triggers named derive_... write what follows from other rows. A rebuild from the journal lets them: older events lack it.
CREATE FUNCTION derive_bundle_expiry() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  SELECT i.expiry INTO NEW.expiry FROM issuance i WHERE i.id = NEW.issuance_id;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER derive_expiry BEFORE INSERT ON bundle FOR EACH ROW EXECUTE FUNCTION derive_bundle_expiry();
--> statement-breakpoint
CREATE FUNCTION refuse_new_expiry() RETURNS trigger
LANGUAGE plpgsql AS $$ BEGIN PERFORM refuse('a bundle expires when its issuance does'); RETURN NULL; END $$;
--> statement-breakpoint
CREATE TRIGGER keep_expiry BEFORE UPDATE OF expiry ON bundle FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_expiry();
