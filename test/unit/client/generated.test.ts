import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../../client/generated.ts';
import { openApiDocument } from '../../../src/http/openapi.ts';
import { operations } from '../../../src/http/operations.ts';

const files = await generatedFiles(openApiDocument(operations));

test.each(Object.entries(files))('client/%s is what `make docs` generates', async (name, text) => {
  const written = await readFile(`client/${name}`, 'utf8');
  // A boolean: a difference of thousands of lines would not be readable.
  expect(written === text, `client/${name} differs: run make docs`).toBe(true);
});
