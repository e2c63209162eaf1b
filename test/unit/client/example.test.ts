import { expect, test } from 'vitest';
import { exampleOf, type Parameter, parametersOf } from '../../../client/openapi.ts';

const parameter = (schema: Parameter['schema'], example?: unknown): Parameter => ({
  name: 'limit',
  in: 'query',
  required: false,
  schema,
  ...(example === undefined ? {} : { example }),
});

test.each<[string, Parameter, unknown]>([
  ['its own example', parameter({ type: 'integer', examples: [12] }, 5), 5],
  ['the example of its schema', parameter({ type: 'integer', examples: [12] }), 12],
  ['the first of its choices', parameter({ enum: ['wind', 'hydro'] }), 'wind'],
  ['the first choice of its first alternative', parameter({ anyOf: [{ enum: ['ADMIN'] }] }), 'ADMIN'],
  ['1 for a number', parameter({ type: 'integer' }), 1],
  ['an empty text', parameter({ type: 'string' }), ''],
])('the example of a parameter is %s', (_, each, example) => {
  expect(exampleOf(each)).toEqual(example);
});

const operation = { parameters: [{ $ref: '#/components/parameters/Limit' }] };

test('a reference to a shared parameter is resolved', () => {
  const limit = parameter({ type: 'integer' });
  expect(parametersOf(operation, { components: { parameters: { Limit: limit } } })).toEqual([limit]);
});

test('a reference to a parameter that is not in the document is an error', () => {
  expect(() => parametersOf(operation, { components: { parameters: {} } })).toThrow('is not in the document');
});
