/** The ways to break each invariant of personal values, as `BREAKS`. The user 1 is the first of the registry. */
export const PERSONAL_DATA_BREAKS: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'every personal value fits its last commitment in the journal': {
    'another name': () => `UPDATE registry_user SET name = 'Mallory' WHERE id = 1`,
    'another e-mail address, in both places': () => `
      UPDATE registry_user SET email = 'mallory@example.com' WHERE id = 1;
      UPDATE personal_data SET value = 'mallory@example.com' WHERE entity_id = 1 AND field = 'email'`,
    'another name, with a commitment that fits': () => `
      UPDATE personal_data SET value = 'Mallory' WHERE entity_name = 'registry_user' AND entity_id = 1 AND field = 'name';
      UPDATE registry_user SET name = 'Mallory', name_commitment = (
        SELECT personal_commitment(salt, value) FROM personal_data
        WHERE entity_name = 'registry_user' AND entity_id = 1 AND field = 'name') WHERE id = 1`,
    'a value without its salt': () => `DELETE FROM personal_data WHERE entity_id = 1 AND field = 'email'`,
    'a value of nobody': () => `
      INSERT INTO personal_data SELECT entity_name, 0, field, user_id, salt, value FROM personal_data LIMIT 1`,
    'another commitment in the journal': () => `
      UPDATE journal SET attributes_after = jsonb_set(attributes_after, '{name_commitment}', '"v1:00"')
      WHERE entity_name = 'registry_user' AND entity_id = 1`,
    'a pseudonym that no event speaks of': () => `
      UPDATE registry_user SET name = personal_pseudonym('registry_user', 1, 'name'), name_commitment = NULL WHERE id = 1;
      DELETE FROM personal_data WHERE entity_name = 'registry_user' AND entity_id = 1 AND field = 'name'`,
  },
  'an erased user has no personal value': {
    'all of them': () => `
      ALTER TABLE registry_user DROP CONSTRAINT registry_user_erased;
      UPDATE registry_user SET deleted_at = now(), erased_at = now() WHERE id = 1`,
  },
};
