-- The journal has a digest of each stored password hash and API key secret, so that their replacement past the triggers is noticed.

ALTER TABLE "api_key" ADD COLUMN "secret_digest" text;--> statement-breakpoint
ALTER TABLE "registry_user" ADD COLUMN "login_digest" text;
--> statement-breakpoint
-- A stored hash has 128 random bits at least, so its digest tells nothing about a password.
CREATE FUNCTION record_credential() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE registry_user
  SET login_digest = CASE WHEN TG_OP <> 'DELETE' THEN encode(sha256(convert_to(NEW.password_hash, 'UTF8')), 'hex') END
  WHERE id = coalesce(NEW.user_id, OLD.user_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER record_credential AFTER INSERT OR UPDATE OR DELETE ON credential
  FOR EACH ROW EXECUTE FUNCTION record_credential();
--> statement-breakpoint
CREATE FUNCTION record_api_key_secret() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE api_key
  SET secret_digest = CASE WHEN TG_OP <> 'DELETE' THEN encode(sha256(NEW.secret_hash), 'hex') END
  WHERE id = coalesce(NEW.api_key_id, OLD.api_key_id);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER record_api_key_secret AFTER INSERT OR UPDATE OF secret_hash OR DELETE ON api_key_secret
  FOR EACH ROW EXECUTE FUNCTION record_api_key_secret();
--> statement-breakpoint
-- The credentials that are there.
UPDATE registry_user u SET login_digest = encode(sha256(convert_to(c.password_hash, 'UTF8')), 'hex')
FROM credential c WHERE c.user_id = u.id;
--> statement-breakpoint
UPDATE api_key k SET secret_digest = encode(sha256(s.secret_hash), 'hex')
FROM api_key_secret s WHERE s.api_key_id = k.id;
