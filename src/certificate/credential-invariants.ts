import { sql } from 'drizzle-orm';
import type { InvariantGroup } from './invariant.ts';

const passwords: InvariantGroup = {
  over: sql`FROM registry_user u FULL JOIN credential c ON c.user_id = u.id`,
  invariants: [
    {
      name: 'every password is the one of its last event',
      holds: sql`u.login_digest IS NOT DISTINCT FROM encode(sha256(convert_to(c.password_hash, 'UTF8')), 'hex')`,
      line: sql`format('user %s', coalesce(u.id, c.user_id))`,
    },
  ],
};

const keys: InvariantGroup = {
  over: sql`FROM api_key k FULL JOIN api_key_secret s ON s.api_key_id = k.id`,
  invariants: [
    {
      name: 'every API key has the secret of its last event',
      holds: sql`k.secret_digest IS NOT DISTINCT FROM encode(sha256(s.secret_hash), 'hex')`,
      line: sql`format('API key %s', coalesce(k.id, s.api_key_id))`,
    },
  ],
};

/** What users log in with, held against digests in the journal (rule JRN-8). The role of the standbys cannot read it. */
export const credentialInvariants: readonly InvariantGroup[] = [passwords, keys];
