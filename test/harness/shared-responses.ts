import { z } from 'zod';

const Parts = z.record(z.string(), z.looseObject({}));
const Shared = z.looseObject({
  components: z.looseObject({ headers: Parts, parameters: Parts, responses: Parts }),
});

type Kind = 'headers' | 'parameters' | 'responses';

/** An OpenAPI document whose references to shared responses, parameters and headers are resolved. */
export function inlineSharedResponses(document: unknown): unknown {
  // Responses refer to headers.
  return (['headers', 'parameters', 'responses'] as const).reduce(inPlace, document);
}

function inPlace(document: unknown, kind: Kind): unknown {
  const shared = Shared.parse(document).components[kind];
  const reference = new RegExp(`^#/components/${kind}/([\\w-]+)$`);
  return JSON.parse(JSON.stringify(document), (_, value) => {
    const [, name = ''] = reference.exec(value?.$ref ?? '') ?? [];
    return shared[name] ?? value;
  });
}
