import { parseAst } from 'vitest/node';
import { z } from 'zod';

/** A call of `test` or `describe` in the source of a test file. */
export interface TitledCall {
  readonly kind: 'test' | 'describe';
  /** As written: `%s` and `$name` are not filled in, and an expression within a template reads `…`. */
  readonly title: string;
  /** The source of the call, titles and callback. */
  readonly source: string;
}

const Node = z.looseObject({ type: z.string(), start: z.number(), end: z.number() });
const Call = Node.extend({ type: z.literal('CallExpression'), callee: Node, arguments: z.array(Node) });
const Member = Node.extend({ type: z.literal('MemberExpression'), object: Node, property: Node });
const Identifier = Node.extend({ type: z.literal('Identifier'), name: z.string() });
const Text = Node.extend({ type: z.literal('Literal'), value: z.string() });
const Template = Node.extend({
  type: z.literal('TemplateLiteral'),
  quasis: z.array(z.looseObject({ value: z.looseObject({ cooked: z.string() }) })),
});

/** The tests and groups of a test file by its syntax tree: comments, strings and skipped tests do not count. */
export function titledCalls(source: string): TitledCall[] {
  return [...callsIn(parseAst(source, { lang: 'ts' }))].flatMap((call) => {
    const kind = kindOf(call.callee);
    const title = titleOf(call.arguments[0]);
    if (kind === undefined || title === undefined) return [];
    return [{ kind, title, source: source.slice(call.start, call.end) }];
  });
}

function* callsIn(value: unknown): Generator<z.output<typeof Call>> {
  if (typeof value !== 'object' || value === null) return;
  if ('type' in value && value.type === 'CallExpression') yield Call.parse(value);
  for (const inner of Object.values(value)) yield* callsIn(inner);
}

const VARIANTS: readonly string[] = ['each', 'for', 'concurrent', 'sequential'];

/** `test`, `test.each(…)`, `test.for(…)` and the same of `describe`; undefined for every other function, `test.skip` too. */
function kindOf(callee: unknown): TitledCall['kind'] | undefined {
  const call = Call.safeParse(callee);
  if (call.success) return kindOf(call.data.callee);
  const member = Member.safeParse(callee);
  if (member.success) {
    const variant = Identifier.safeParse(member.data.property);
    return variant.success && VARIANTS.includes(variant.data.name) ? kindOf(member.data.object) : undefined;
  }
  const { data } = Identifier.safeParse(callee);
  if (data?.name === 'test' || data?.name === 'it') return 'test';
  return data?.name === 'describe' ? 'describe' : undefined;
}

function titleOf(argument: unknown): string | undefined {
  const text = Text.safeParse(argument);
  if (text.success) return text.data.value;
  const template = Template.safeParse(argument);
  return template.success ? template.data.quasis.map(({ value }) => value.cooked).join('…') : undefined;
}
