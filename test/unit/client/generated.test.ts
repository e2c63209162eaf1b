import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { generatedFiles } from '../../../client/generated.ts';
import { openApiDocument } from '../../../src/http/openapi.ts';
import { operations } from '../../../src/http/operations.ts';

const files = await generatedFiles(openApiDocument(operations));

test.each(Object.entries(files))(
  'client/%s is what the operations make; `make docs` writes it',
  async (name, text) => {
    const written = await readFile(`client/${name}`, 'utf8');
    // Told by a flag: a difference of thousands of lines would tell nobody anything.
    expect(written === text, `client/${name} differs: run make docs`).toBe(true);
  },
);
