import { writeFile } from 'node:fs/promises';
import { openApiDocument } from '../src/http/openapi.ts';
import { operations } from '../src/http/operations.ts';
import { runProgram } from '../src/program.ts';
import { generatedFiles } from './generated.ts';

/** Writes what is made from the operations: the OpenAPI document, the types of the client, the Postman collection. */
runProgram(async () => {
  for (const [name, text] of Object.entries(await generatedFiles(openApiDocument(operations)))) {
    await writeFile(new URL(name, import.meta.url), text);
    process.stdout.write(`client/${name}\n`);
  }
});
