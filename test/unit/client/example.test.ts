import { expect, test } from 'vitest';
import { type ApiDocument, exampleOf, type Schema } from '../../../client/openapi.ts';

const document: ApiDocument = {
  info: { title: 'Of a test', description: '' },
  paths: {},
  components: { schemas: { Wind: { type: 'object', properties: { name: { examples: ['gale'] } } } } },
};

test.each<[string, Schema, unknown]>([
  ['its own example', { type: 'integer', examples: [12] }, 12],
  ['the first of its choices', { enum: ['wind', 'hydro'] }, 'wind'],
  ['what it stands for', { $ref: '#/components/schemas/Wind' }, { name: 'gale' }],
  ['the first alternative', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, 1],
  ['an array of one', { type: 'array', items: { const: 'Active' } }, ['Active']],
  ['a text that is empty, for want of better', { type: 'string' }, ''],
])('the example of a schema is %s', (_, schema, example) => {
  expect(exampleOf(schema, document)).toEqual(example);
});

test('the example of an object has what is required, and what has an example', () => {
  const schema: Schema = {
    properties: { needed: { type: 'boolean' }, shown: { examples: [0.5] }, left: { type: 'integer' } },
    required: ['needed'],
  };
  expect(exampleOf(schema, document)).toEqual({ needed: false, shown: 0.5 });
});

test('a reference to what is not there is an error', () => {
  expect(() => exampleOf({ $ref: '#/components/schemas/Calm' }, document)).toThrow('is not in the document');
});
