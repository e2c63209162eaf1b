CREATE TABLE "api_key" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "api_key_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"name" text NOT NULL,
	"hint" text NOT NULL,
	"permissions" text[] NOT NULL,
	"account_ids" bigint[],
	"expires_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "api_key_secret" (
	"api_key_id" bigint PRIMARY KEY NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "login_throttle" (
	"subject" "bytea" PRIMARY KEY NOT NULL,
	"failures" integer NOT NULL,
	"window_ends_at" timestamp with time zone NOT NULL,
	"trusted_until" timestamp with time zone,
	"kept_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "session_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" bigint NOT NULL,
	"family_hash" "bytea" NOT NULL,
	"secret_hash" "bytea" NOT NULL,
	"previous_hash" "bytea",
	"salt" "bytea",
	"created_at" timestamp with time zone NOT NULL,
	"refreshed_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "api_key" ADD CONSTRAINT "api_key_user_id_registry_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."registry_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_key_secret" ADD CONSTRAINT "api_key_secret_api_key_id_api_key_id_fk" FOREIGN KEY ("api_key_id") REFERENCES "public"."api_key"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "session" ADD CONSTRAINT "session_user_id_registry_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."registry_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_key_by_user" ON "api_key" USING btree ("user_id","id");--> statement-breakpoint
CREATE UNIQUE INDEX "api_key_secret_hash" ON "api_key_secret" USING btree ("secret_hash");--> statement-breakpoint
CREATE INDEX "login_throttle_by_end" ON "login_throttle" USING btree ("kept_until");--> statement-breakpoint
CREATE UNIQUE INDEX "session_family" ON "session" USING btree ("family_hash");--> statement-breakpoint
CREATE INDEX "session_by_user" ON "session" USING btree ("user_id","refreshed_at");--> statement-breakpoint
CREATE INDEX "session_by_expiry" ON "session" USING btree ("expires_at");--> statement-breakpoint
-- Counters of the last minutes: not worth the log, and on no standby.
ALTER TABLE login_throttle SET UNLOGGED;
--> statement-breakpoint
CREATE TRIGGER zz_journal_insert AFTER INSERT ON api_key REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_insert();
--> statement-breakpoint
CREATE TRIGGER zz_journal_update AFTER UPDATE ON api_key REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION journal_update();
--> statement-breakpoint
CREATE TRIGGER keep_id BEFORE UPDATE OF id ON api_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_new_id();
--> statement-breakpoint
CREATE TRIGGER refuse_removal BEFORE DELETE OR TRUNCATE ON api_key FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON session, login_throttle TO registry_write;
--> statement-breakpoint
GRANT SELECT, INSERT ON api_key, api_key_secret TO registry_write;
--> statement-breakpoint
GRANT UPDATE (version, deleted_at) ON api_key TO registry_write;
--> statement-breakpoint
GRANT UPDATE (last_used_at) ON api_key_secret TO registry_write;
--> statement-breakpoint
-- A standby answers who calls: it looks keys up by their hash, and needs nothing of a session but that it lives.
GRANT SELECT ON api_key, api_key_secret TO registry_read;
--> statement-breakpoint
GRANT SELECT (id, user_id) ON session TO registry_read;
