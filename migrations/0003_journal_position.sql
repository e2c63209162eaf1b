CREATE TABLE "journal_position" (
	"position" bigint PRIMARY KEY NOT NULL,
	"journal_id" bigint NOT NULL,
	"hash" "bytea" NOT NULL,
	CONSTRAINT "journal_position_entry" UNIQUE("journal_id")
);
