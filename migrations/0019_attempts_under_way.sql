ALTER TABLE "login_throttle" ADD COLUMN "under_way" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "login_throttle" ADD COLUMN "under_way_until" timestamp with time zone;