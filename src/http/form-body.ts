import { parse } from 'node:querystring';
import formbody from '@fastify/formbody';
import type { FastifyInstance } from 'fastify';
import { bodyLimits } from '../operation/body-limit.ts';
import { problems } from '../operation/problem.ts';

/** Reads bodies that an HTML form, or a client of OAuth 2.0, sends (`application/x-www-form-urlencoded`). */
export async function acceptForms(app: FastifyInstance): Promise<void> {
  await app.register(formbody, { parser: parseForm });
}

const { values: MOST_FIELDS } = bodyLimits.small;

/** @throws {Problem} 413 for too many fields. */
function parseForm(text: string): Record<string, unknown> {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) fields++;
  if (fields > MOST_FIELDS) throw problems.tooManyValues(MOST_FIELDS, 'fields');
  return parse(text, '&', '=', { maxKeys: MOST_FIELDS });
}
