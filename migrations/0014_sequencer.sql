-- Positions of the journal are assigned by a role of their own, of which the role that writes is a member unless there is a
-- separate user for it (DATABASE_SEQUENCER_URL).
REVOKE INSERT ON journal_position FROM registry_write;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO registry_sequencer;
--> statement-breakpoint
GRANT SELECT ON journal, journal_position, journal_id_seq TO registry_sequencer;
--> statement-breakpoint
GRANT INSERT ON journal_position TO registry_sequencer;
