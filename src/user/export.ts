import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Execute } from '../database/connection.ts';
import { defineQuery } from '../operation/operation.ts';
import { decodeCursor, encodeCursor } from '../operation/paging.ts';
import { problems } from '../operation/problem.ts';
import { isPlainText, pageQuery } from '../operation/schemas.ts';
import { type ExportSection, exportSections, sectionNames } from './export-sections.ts';
import { PersonalDataExport } from './schemas.ts';

export const exportMe = defineQuery({
  id: 'exportMe',
  method: 'GET',
  path: '/user/me/export',
  tag: 'Users',
  summary: 'Export your personal data',
  description:
    'Returns everything that the registry stores about the caller, except secrets: the user, then the lists of the response in their order. A page has at most `limit` rows in all lists together, and `registry-next-cursor` leads to the rest. Rows have the columns of the database, which docs/PRIVACY.md describes.',
  permission: 'read',
  loginOnly: true,
  queryParams: pageQuery,
  answer: { status: 200, description: 'One page of the export', schema: PersonalDataExport },
  async handle({ queryParams: { limit, cursor }, authority, services, answerHeader }) {
    const { userId } = authority.caller;
    const place = decodeCursor(cursor, Place, 'query');
    // Of the primary: standbys have neither the secrets' tables nor the counters of login attempts.
    return services.database.readPrimary(async ({ execute }) => {
      const { lists, next } = await pageOf(execute, userId, place, limit);
      if (next) answerHeader('registry-next-cursor', encodeCursor(next));
      return { user: await userRow(execute, userId), ...lists };
    });
  },
});

/** A section, and the key of the last row before the page. */
const Place = z
  .tuple([z.literal(sectionNames), z.string().max(255).refine(isPlainText)])
  .refine(([name, key]) => exportSections[name].start === '' || /^\d{0,15}$/.test(key));
type Place = z.output<typeof Place>;

type Row = Record<string, unknown>;
type Lists = Record<ExportSection, Row[]>;

async function pageOf(
  execute: Execute,
  userId: number,
  place: Place | undefined,
  limit: number,
): Promise<{ lists: Lists; next: Place | undefined }> {
  const lists = Object.fromEntries(sectionNames.map((name) => [name, [] as Row[]])) as Lists;
  const first = place ? sectionNames.indexOf(place[0]) : 0;
  let left = limit;
  for (const name of sectionNames.slice(first)) {
    const section = exportSections[name];
    const after = (place?.[0] === name && place[1]) || section.start;
    const rows = await execute<{ key: string; row: Row }>(section.rows(userId, after, left + 1));
    const page = rows.slice(0, left);
    lists[name] = page.map(({ row }) => row);
    left -= page.length;
    if (rows.length > page.length) return { lists, next: [name, page.at(-1)?.key ?? after] };
  }
  return { lists, next: undefined };
}

/** The row of the user, and when the secret for logging in was last changed. */
async function userRow(execute: Execute, userId: number): Promise<Row> {
  const [found] = await execute<{ row: Row }>(sql`
    SELECT to_jsonb(u) || jsonb_build_object('login_secret_changed_at', c.changed_at) AS row
    FROM registry_user u LEFT JOIN credential c ON c.user_id = u.id WHERE u.id = ${userId}`);
  if (found === undefined) throw problems.notFound('user', userId);
  return found.row;
}
