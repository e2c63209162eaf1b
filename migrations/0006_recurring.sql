CREATE TYPE "public"."period_unit" AS ENUM('days', 'weeks', 'months', 'years');--> statement-breakpoint
CREATE TABLE "recurring_action" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "recurring_action_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"action_type" "action_type" NOT NULL,
	"account_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"target_id" bigint,
	"beneficiary" text,
	"filter" jsonb NOT NULL,
	"certificate_quantity" bigint NOT NULL,
	"first_run" timestamp with time zone NOT NULL,
	"period_quantity" integer NOT NULL,
	"period_unit" "period_unit" NOT NULL,
	"number_of_runs" integer NOT NULL,
	"runs_done" integer DEFAULT 0 NOT NULL,
	"next_run" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "recurring_action_kind" CHECK ("recurring_action"."action_type" IN ('recurring_transfer', 'recurring_cancel')
          AND ("recurring_action"."action_type" = 'recurring_transfer') = ("recurring_action"."target_id" IS NOT NULL)),
	CONSTRAINT "recurring_action_quantity" CHECK ("recurring_action"."certificate_quantity" >= 1),
	CONSTRAINT "recurring_action_period" CHECK ("recurring_action"."period_quantity" >= 1),
	CONSTRAINT "recurring_action_runs" CHECK ("recurring_action"."runs_done" BETWEEN 0 AND "recurring_action"."number_of_runs"),
	CONSTRAINT "recurring_action_next" CHECK (("recurring_action"."next_run" IS NULL) = ("recurring_action"."runs_done" = "recurring_action"."number_of_runs"))
);
--> statement-breakpoint
ALTER TABLE "action" ADD COLUMN "recurring_action_id" bigint;--> statement-breakpoint
ALTER TABLE "action" ADD COLUMN "recurring_run" integer;--> statement-breakpoint
ALTER TABLE "recurring_action" ADD CONSTRAINT "recurring_action_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recurring_action" ADD CONSTRAINT "recurring_action_user_id_registry_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."registry_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recurring_action" ADD CONSTRAINT "recurring_action_target_id_account_id_fk" FOREIGN KEY ("target_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "recurring_action_due" ON "recurring_action" USING btree ("next_run","id") WHERE deleted_at IS NULL AND next_run IS NOT NULL;--> statement-breakpoint
CREATE INDEX "recurring_action_by_account" ON "recurring_action" USING btree ("account_id","id") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "action_recurring_run" ON "action" USING btree ("recurring_action_id","recurring_run") WHERE recurring_run IS NOT NULL;--> statement-breakpoint
CREATE TRIGGER zz_journal_insert AFTER INSERT ON recurring_action REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_insert();
--> statement-breakpoint
CREATE TRIGGER zz_journal_update AFTER UPDATE ON recurring_action REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_update();
--> statement-breakpoint
CREATE TRIGGER keep_id BEFORE UPDATE OF id ON recurring_action FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_id();
--> statement-breakpoint
CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON recurring_action FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
GRANT SELECT ON recurring_action TO registry_write, registry_read;
--> statement-breakpoint
GRANT INSERT, UPDATE (runs_done, next_run, version, deleted_at) ON recurring_action TO registry_write;
--> statement-breakpoint
GRANT USAGE ON SEQUENCE recurring_action_id_seq TO registry_write;
