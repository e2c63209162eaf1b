CREATE TABLE "journal_anchor" (
	"number" bigint PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL,
	"document" text NOT NULL,
	CONSTRAINT "journal_anchor_position" UNIQUE("position"),
	CONSTRAINT "journal_anchor_size" CHECK (octet_length("journal_anchor"."document") <= 10000)
);
--> statement-breakpoint
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_anchor
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
GRANT SELECT ON journal_anchor TO registry_write, registry_read, registry_sequencer;
--> statement-breakpoint
GRANT INSERT ON journal_anchor TO registry_sequencer;
