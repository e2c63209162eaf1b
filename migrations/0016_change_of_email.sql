CREATE TABLE "email_change_request" (
	"user_id" bigint PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"requested_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "email_change_request" ADD CONSTRAINT "email_change_request_user_id_registry_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."registry_user"("id") ON DELETE no action ON UPDATE no action;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON email_change_request TO registry_write;
--> statement-breakpoint
GRANT SELECT ON email_change_request TO registry_read;
