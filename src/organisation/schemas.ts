import { z } from 'zod';
import { id, instantText, version, words } from '../operation/schemas.ts';

const email = z
  .string()
  .trim()
  .max(254)
  .regex(z.regexes.email, 'must be an e-mail address')
  .nullish()
  .meta({ format: 'email', examples: ['office@example.com'] });

/** An http or https address. Other schemes, such as `javascript:`, are unsafe to open in a browser. */
const website = words(500)
  .pipe(z.url({ protocol: /^https?$/, error: 'must be a web address, http or https' }))
  .nullish()
  .meta({ examples: ['https://example.com'] });

const fields = {
  name: words().meta({ examples: ['Example Energy'] }),
  business_id: words()
    .nullish()
    .meta({ description: 'Company number', examples: ['SC123456'] }),
  email,
  website,
  address: words(500).nullish(),
};

export const OrganisationCreate = z.object(fields).meta({ id: 'OrganisationCreate' });

export const OrganisationUpdate = z
  .object(fields)
  .partial()
  .meta({ id: 'OrganisationUpdate', description: 'The fields to change.' });

export const Organisation = z
  .object({
    id,
    name: z.string(),
    business_id: z.string().nullable(),
    email: z.string().nullable(),
    website: z.string().nullable(),
    address: z.string().nullable(),
    version,
    created_at: instantText,
  })
  .meta({ id: 'Organisation' });
