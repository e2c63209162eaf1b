-- Organisations whose names look alike are the same organisation (rules ACC-7 and ACC-10).
DO $$
DECLARE twins text;
BEGIN
  SELECT string_agg(twin, '; ') INTO twins FROM (
    SELECT string_agg(format('%s (%s)', id, to_json(name)), ', ' ORDER BY id) AS twin
    FROM organisation WHERE deleted_at IS NULL GROUP BY name_skeleton(name) HAVING count(*) > 1) AS found;
  IF twins IS NOT NULL THEN
    RAISE EXCEPTION 'Nothing was migrated: some organisations have names that look alike. '
      'Rename or delete all but one of each with the previous release, then migrate again: organisations %', twins
      USING ERRCODE = 'unique_violation';
  END IF;
END $$;
--> statement-breakpoint
-- Names of earlier releases are kept as they are.
DO $$
DECLARE unusual text;
BEGIN
  SELECT string_agg(line, '; ' ORDER BY line) INTO unusual FROM (
    SELECT name, format('organisation %s (%s)', id, to_json(name)) AS line FROM organisation WHERE deleted_at IS NULL
    UNION ALL
    SELECT name, format('user %s (%s)', id, to_json(name)) FROM registry_user WHERE deleted_at IS NULL
    UNION ALL
    SELECT organisation, format('user %s (organisation %s)', id, to_json(organisation))
    FROM registry_user WHERE deleted_at IS NULL) AS given
  WHERE name ~ '[\U000000ad-\U000000ad\U0000034f-\U0000034f\U00000600-\U00000605\U0000061c-\U0000061c\U000006dd-\U000006dd\U0000070f-\U0000070f\U00000890-\U00000891\U000008e2-\U000008e2\U0000115f-\U00001160\U000017b4-\U000017b5\U0000180b-\U0000180f\U0000200b-\U0000200f\U0000202a-\U0000202e\U00002060-\U0000206f\U00002800-\U00002800\U00003164-\U00003164\U0000fe00-\U0000fe0f\U0000feff-\U0000feff\U0000ffa0-\U0000ffa0\U0000fff0-\U0000fffb\U000110bd-\U000110bd\U000110cd-\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
     OR name <> btrim(regexp_replace(normalize(name, NFKC), '[ \t\n\r]+', ' ', 'g'), ' ');
  IF unusual IS NOT NULL THEN
    RAISE WARNING 'Some names have invisible characters or are not normalized. They are kept; rename them where you can: %', unusual;
  END IF;
END $$;
--> statement-breakpoint
CREATE UNIQUE INDEX "organisation_name_skeleton_living" ON "organisation" USING btree (name_skeleton("name")) WHERE deleted_at IS NULL;
