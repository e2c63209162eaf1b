import { z } from 'zod';
import {
  clearable,
  EDIT,
  id,
  instantText,
  KEPT_IN_CLEAR,
  name,
  plainText,
  version,
} from '../operation/schemas.ts';

const organisationName = name().meta({ examples: ['Example Energy'] });

const business_id = plainText().meta({ description: 'Company number', examples: ['SC123456'] });

const email = z
  .string()
  .trim()
  .max(254)
  .regex(z.regexes.email, 'must be an e-mail address')
  .meta({
    format: 'email',
    description: `An address of the office. ${KEPT_IN_CLEAR}`,
    examples: ['office@example.com'],
  });

/** An http or https address. Other schemes, such as `javascript:`, are unsafe to open in a browser. */
const website = plainText(500)
  .pipe(z.url({ protocol: /^https?$/, error: 'must be a web address, http or https' }))
  .meta({ examples: ['https://example.com'] });

const address = plainText(500);

export const OrganisationCreate = z
  .object({
    name: organisationName,
    business_id: business_id.optional(),
    email: email.optional(),
    website: website.optional(),
    address: address.optional(),
  })
  .meta({ id: 'OrganisationCreate' });

export const OrganisationUpdate = z
  .object({
    name: organisationName.optional(),
    business_id: clearable(business_id),
    email: clearable(email),
    website: clearable(website),
    address: clearable(address),
  })
  .meta({ id: 'OrganisationUpdate', description: EDIT });

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
