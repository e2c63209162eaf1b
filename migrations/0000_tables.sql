CREATE TYPE "public"."action_result" AS ENUM('Success', 'Failure');--> statement-breakpoint
CREATE TYPE "public"."action_type" AS ENUM('transfer', 'recurring_transfer', 'cancel', 'recurring_cancel', 'claim', 'recurring_claim', 'withdraw', 'lock', 'unlock', 'reserve', 'unreserve', 'export', 'cancel_for_storage');--> statement-breakpoint
CREATE TYPE "public"."bundle_status" AS ENUM('Active', 'Reserved', 'Locked', 'Cancelled', 'Cancelled for Storage', 'Claimed', 'Expired', 'Exported', 'Withdrawn', 'Bundle Split');--> statement-breakpoint
CREATE TYPE "public"."energy_carrier" AS ENUM('electricity', 'natural_gas', 'hydrogen', 'heat', 'other');--> statement-breakpoint
CREATE TYPE "public"."energy_source" AS ENUM('solar_pv', 'wind', 'hydro', 'biomass', 'nuclear', 'electrolysis', 'geothermal', 'battery_storage', 'chp', 'other');--> statement-breakpoint
CREATE TYPE "public"."event_type" AS ENUM('CREATE', 'UPDATE', 'DELETE');--> statement-breakpoint
CREATE TYPE "public"."gross_net" AS ENUM('NET', 'GROSS');--> statement-breakpoint
CREATE TYPE "public"."technology_type" AS ENUM('solar_pv', 'wind_turbine', 'hydro', 'battery_storage', 'other_storage', 'chp', 'other');--> statement-breakpoint
CREATE TYPE "public"."user_role" AS ENUM('ADMIN', 'PRODUCTION_USER', 'TRADING_USER', 'AUDIT_USER', 'STORAGE_VALIDATOR');--> statement-breakpoint
CREATE TABLE "account" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_name" text NOT NULL,
	"timezone" text DEFAULT 'UTC' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "account_user" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_user_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "account_whitelist" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "account_whitelist_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"account_id" bigint NOT NULL,
	"source_account_id" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "account_whitelist_not_self" CHECK ("account_whitelist"."account_id" <> "account_whitelist"."source_account_id")
);
--> statement-breakpoint
CREATE TABLE "action" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "action_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"action_type" "action_type" NOT NULL,
	"action_result" "action_result" NOT NULL,
	"source_id" bigint NOT NULL,
	"target_id" bigint,
	"user_id" bigint NOT NULL,
	"beneficiary" text,
	"bundle_ids" bigint[] NOT NULL,
	"resulting_bundle_ids" bigint[] NOT NULL,
	"certificate_quantity" bigint,
	"certificate_bundle_percentage" numeric,
	"details" jsonb NOT NULL,
	"request_id" text,
	"requested_at" timestamp with time zone NOT NULL,
	"completed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "bundle" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "bundle_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"issuance_id" bigint NOT NULL,
	"account_id" bigint NOT NULL,
	"status" "bundle_status" DEFAULT 'Active' NOT NULL,
	"prior_status" "bundle_status",
	"range_start" bigint NOT NULL,
	"range_end" bigint NOT NULL,
	"quantity" bigint GENERATED ALWAYS AS (range_end - range_start + 1) STORED NOT NULL,
	"beneficiary" text,
	"parent_id" bigint,
	"hash" "bytea" NOT NULL,
	"device_id" bigint NOT NULL,
	"production_start" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "bundle_quantity" CHECK ("bundle"."quantity" >= 1),
	CONSTRAINT "bundle_hash_sha256" CHECK (octet_length("bundle"."hash") = 32)
);
--> statement-breakpoint
CREATE TABLE "bundle_status_transition" (
	"from_status" "bundle_status" NOT NULL,
	"to_status" "bundle_status" NOT NULL,
	CONSTRAINT "bundle_status_transition_pair" UNIQUE("from_status","to_status")
);
--> statement-breakpoint
CREATE TABLE "credential" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "device" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "device_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"device_name" text NOT NULL,
	"local_device_identifier" text,
	"grid" text NOT NULL,
	"energy_source" "energy_source" NOT NULL,
	"technology_type" "technology_type" NOT NULL,
	"operational_date" timestamp with time zone NOT NULL,
	"power_mw" numeric NOT NULL,
	"energy_mwh" numeric,
	"peak_demand" numeric NOT NULL,
	"location" text NOT NULL,
	"is_storage" boolean NOT NULL,
	"granularity_minutes" integer DEFAULT 60 NOT NULL,
	"account_id" bigint NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "device_power_not_negative" CHECK ("device"."power_mw" >= 0 AND "device"."power_mw" < 'Infinity'),
	CONSTRAINT "device_granularity" CHECK ("device"."granularity_minutes" IN (5, 10, 15, 30, 60))
);
--> statement-breakpoint
CREATE TABLE "issuance" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issuance_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"issuance_id" text NOT NULL,
	"issue_version" integer DEFAULT 1 NOT NULL,
	"replaces_id" bigint,
	"device_id" bigint NOT NULL,
	"metadata_id" bigint NOT NULL,
	"production_start" timestamp with time zone NOT NULL,
	"production_end" timestamp with time zone NOT NULL,
	"energy_carrier" "energy_carrier" DEFAULT 'electricity' NOT NULL,
	"energy_source" "energy_source" NOT NULL,
	"range_start" bigint NOT NULL,
	"range_end" bigint NOT NULL,
	"quantity" bigint GENERATED ALWAYS AS (range_end - range_start + 1) STORED NOT NULL,
	"face_value" integer DEFAULT 1 NOT NULL,
	"post_energy_carrier_conversion" boolean DEFAULT false NOT NULL,
	"emissions_factor" double precision,
	"emissions_factor_source" text,
	"registry_configuration" integer DEFAULT 1 NOT NULL,
	"is_storage" boolean DEFAULT false NOT NULL,
	"allocated_storage_record_id" bigint,
	"storage_efficiency_factor" double precision,
	"expiry" timestamp with time zone NOT NULL,
	"issued_at" timestamp with time zone DEFAULT now() NOT NULL,
	"withdrawn_at" timestamp with time zone,
	CONSTRAINT "issuance_quantity" CHECK ("issuance"."quantity" >= 1 AND "issuance"."range_start" >= 1),
	CONSTRAINT "issuance_face_value" CHECK ("issuance"."face_value" = 1),
	CONSTRAINT "issuance_interval" CHECK ("issuance"."production_end" > "issuance"."production_start" AND "issuance"."production_end" <= "issuance"."production_start" + interval '1 hour'),
	CONSTRAINT "issuance_expiry" CHECK ("issuance"."expiry" > "issuance"."production_end")
);
--> statement-breakpoint
CREATE TABLE "issuance_metadata" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "issuance_metadata_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"country_of_issuance" text NOT NULL,
	"connected_grid_identification" text NOT NULL,
	"issuing_body" text NOT NULL,
	"legal_status" text,
	"issuance_purpose" text,
	"support_received" text,
	"quality_scheme_reference" text,
	"dissemination_level" text,
	"issue_market_zone" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "journal" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "journal_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"transaction_id" "xid8" NOT NULL,
	"event_id" uuid NOT NULL,
	"event_type" "event_type" NOT NULL,
	"entity_name" text NOT NULL,
	"entity_id" bigint NOT NULL,
	"parent_entity_id" bigint,
	"attributes_before" jsonb,
	"attributes_after" jsonb,
	"actor_id" bigint,
	"action_id" bigint,
	"request_id" text,
	"recorded_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "measurement_report" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "measurement_report_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"device_id" bigint NOT NULL,
	"interval_start" timestamp with time zone NOT NULL,
	"interval_end" timestamp with time zone NOT NULL,
	"interval_usage" bigint NOT NULL,
	"gross_net_indicator" "gross_net" DEFAULT 'NET' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "measurement_interval" CHECK ("measurement_report"."interval_end" > "measurement_report"."interval_start" AND "measurement_report"."interval_end" <= "measurement_report"."interval_start" + interval '1 hour')
);
--> statement-breakpoint
CREATE TABLE "organisation" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "organisation_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"business_id" text,
	"email" text,
	"website" text,
	"address" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "registry_user" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "registry_user_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"email" text NOT NULL,
	"role" "user_role" NOT NULL,
	"organisation" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "account_user" ADD CONSTRAINT "account_user_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_user" ADD CONSTRAINT "account_user_user_id_registry_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."registry_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_whitelist" ADD CONSTRAINT "account_whitelist_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "account_whitelist" ADD CONSTRAINT "account_whitelist_source_account_id_account_id_fk" FOREIGN KEY ("source_account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bundle" ADD CONSTRAINT "bundle_issuance_id_issuance_id_fk" FOREIGN KEY ("issuance_id") REFERENCES "public"."issuance"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "bundle" ADD CONSTRAINT "bundle_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "credential" ADD CONSTRAINT "credential_user_id_registry_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."registry_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "device" ADD CONSTRAINT "device_account_id_account_id_fk" FOREIGN KEY ("account_id") REFERENCES "public"."account"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuance" ADD CONSTRAINT "issuance_device_id_device_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."device"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "issuance" ADD CONSTRAINT "issuance_metadata_id_issuance_metadata_id_fk" FOREIGN KEY ("metadata_id") REFERENCES "public"."issuance_metadata"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "measurement_report" ADD CONSTRAINT "measurement_report_device_id_device_id_fk" FOREIGN KEY ("device_id") REFERENCES "public"."device"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "account_name_living" ON "account" USING btree (lower("account_name")) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "account_user_living" ON "account_user" USING btree ("account_id","user_id") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "account_user_by_user" ON "account_user" USING btree ("user_id") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "account_whitelist_living" ON "account_whitelist" USING btree ("account_id","source_account_id") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "account_whitelist_by_source" ON "account_whitelist" USING btree ("source_account_id") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "action_by_source" ON "action" USING btree ("source_id","id");--> statement-breakpoint
CREATE INDEX "action_by_target" ON "action" USING btree ("target_id","id") WHERE target_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "bundle_slice_live" ON "bundle" USING btree ("issuance_id","range_start") WHERE status <> 'Bundle Split';--> statement-breakpoint
CREATE INDEX "bundle_by_account" ON "bundle" USING btree ("account_id","production_start","id") WHERE status <> 'Bundle Split';--> statement-breakpoint
CREATE INDEX "bundle_by_parent" ON "bundle" USING btree ("parent_id") WHERE parent_id IS NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "device_local_identifier_living" ON "device" USING btree ("grid","local_device_identifier") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "device_by_account" ON "device" USING btree ("account_id","id") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "issuance_version" ON "issuance" USING btree ("issuance_id","issue_version");--> statement-breakpoint
CREATE UNIQUE INDEX "issuance_device_range" ON "issuance" USING btree ("device_id","range_start");--> statement-breakpoint
CREATE INDEX "journal_by_entity" ON "journal" USING btree ("entity_name","entity_id","id");--> statement-breakpoint
CREATE INDEX "measurement_by_device" ON "measurement_report" USING btree ("device_id","interval_start") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "organisation_name_living" ON "organisation" USING btree (lower("name")) WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "registry_user_email_living" ON "registry_user" USING btree (lower("email")) WHERE deleted_at IS NULL;