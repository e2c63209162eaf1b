import confusables from 'unhomoglyph/data.json' with { type: 'json' };

/*
 * Prints the SQL function name_skeleton from the confusables of Unicode (UTS #39) that the package unhomoglyph carries:
 * node --import tsx migrations/name-skeleton.ts. Reasons: docs/decisions/0031-names-that-look-alike.md.
 */

const LAST_CODE_POINT = 0x10_ff_ff;
const INVISIBLE = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;
const BLANK = /[\s\u0085]/u;

const prototypes = new Map<string, string>(Object.entries(confusables));
const decompose = (text: string) => text.normalize('NFD');
const prototypeOf = (text: string) =>
  decompose([...decompose(text)].map((character) => prototypes.get(character) ?? character).join(''));

/** The prototype of a character, regardless of the case in which it was written. */
const caselessPrototypeOf = (character: string) =>
  BLANK.test(character) ? ' ' : prototypeOf(prototypeOf(character.toUpperCase()).toLowerCase());

/** What a character of a name becomes in its skeleton. Characters that look alike become the same text. */
function skeletonOf(character: string): string {
  // Some prototypes have characters that names cannot have, such as a superscript o.
  const prototype = prototypeOf(prototypeOf(character).normalize('NFKD'));
  return decompose([...prototype].map(caselessPrototypeOf).join(''));
}

function* codePoints(): Generator<number> {
  for (let codePoint = 1; codePoint <= LAST_CODE_POINT; codePoint++) {
    if (codePoint < 0xd8_00 || codePoint > 0xdf_ff) yield codePoint;
  }
}

/** Characters that differ from their skeleton. Those that NFKD decomposes need no entry: they are decomposed first. */
function skeletons(): [string, string][] {
  return [...codePoints()]
    .map((codePoint) => String.fromCodePoint(codePoint))
    .filter((character) => !INVISIBLE.test(character) && character.normalize('NFKD') === character)
    .map((character): [string, string] => [character, skeletonOf(character)])
    .filter(([character, skeleton]) => skeleton !== character);
}

/** The invisible characters, as ranges of a bracket expression of PostgreSQL. */
function invisibleRanges(): string {
  const ranges: [number, number][] = [];
  for (const codePoint of codePoints()) {
    if (!INVISIBLE.test(String.fromCodePoint(codePoint))) continue;
    const last = ranges.at(-1);
    if (last?.[1] === codePoint - 1) last[1] = codePoint;
    else ranges.push([codePoint, codePoint]);
  }
  const inHex = (codePoint: number) => `\\U${codePoint.toString(16).padStart(8, '0')}`;
  return ranges.map(([first, last]) => `${inHex(first)}-${inHex(last)}`).join('');
}

const ENTRIES_A_LINE = 20;

function mapLiteral(): string {
  const entries = skeletons().map(([from, to]) => `${JSON.stringify(from)}:${JSON.stringify(to)}`);
  const lines = Array.from({ length: Math.ceil(entries.length / ENTRIES_A_LINE) }, (_, line) =>
    entries.slice(line * ENTRIES_A_LINE, (line + 1) * ENTRIES_A_LINE).join(','),
  );
  return `{${lines.join(',\n')}}`.replaceAll("'", "''");
}

process.stdout.write(`CREATE FUNCTION name_skeleton(name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = public, pg_temp AS $skeleton$
BEGIN
  RETURN coalesce((
    SELECT btrim(regexp_replace(normalize(string_agg(coalesce(looks_like.text ->> c.text, c.text), '' ORDER BY c.place), NFD),
                                ' +', ' ', 'g'), ' ')
    FROM string_to_table(regexp_replace(normalize(name, NFKD), '[${invisibleRanges()}]', '', 'g'), NULL)
           WITH ORDINALITY AS c(text, place)
    CROSS JOIN (SELECT '${mapLiteral()}'::jsonb) AS looks_like(text)), '');
END $skeleton$;
`);
