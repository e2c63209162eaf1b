import { z } from 'zod';

const Shared = z.looseObject({
  components: z.looseObject({ responses: z.record(z.string(), z.looseObject({})) }),
});

/** An OpenAPI document with the answers that operations share put where they are referred to. */
export function withAnswersInPlace(document: unknown): unknown {
  const shared = Shared.parse(document).components.responses;
  return JSON.parse(JSON.stringify(document), (_, value) => {
    const [, name = ''] = /^#\/components\/responses\/(\w+)$/.exec(value?.$ref ?? '') ?? [];
    return shared[name] ?? value;
  });
}
