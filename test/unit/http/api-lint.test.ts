import spectral, { type RulesetDefinition } from '@stoplight/spectral-core';
import { oas } from '@stoplight/spectral-rulesets';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../../src/http/openapi.ts';
import { operations } from '../../../src/http/operations.ts';

const linter = new spectral.Spectral();
linter.setRuleset({
  extends: [[oas as RulesetDefinition, 'recommended']],
  // Each deployment has its own operator.
  rules: { 'info-contact': 'off' },
});

const findingsIn = async (document: object) =>
  (await linter.run(JSON.parse(JSON.stringify(document)))).map(
    ({ code, message, path }) => `${code} at ${path.join('/')}: ${message}`,
  );

test('the OpenAPI document follows the rules that Spectral recommends', async () => {
  expect(await findingsIn(openApiDocument(operations))).toEqual([]);
});

test('Spectral reports a document that breaks a rule', async () => {
  const { servers: _, ...document } = openApiDocument(operations.slice(0, 1));
  expect(await findingsIn(document)).toContainEqual(expect.stringContaining('oas3-api-servers'));
});
