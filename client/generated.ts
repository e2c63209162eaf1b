import openapiTS, { astToString } from 'openapi-typescript';
import { firstHour } from './first-hour.ts';
import type { ApiDocument } from './openapi.ts';
import { postmanCollection } from './postman.ts';

const NOTE =
  "// Made by `make docs` from the registry's OpenAPI document: change the operations instead.\n\n";

/** The files that are made from the OpenAPI document: name in this folder to text. A test keeps them in step with it. */
export async function generatedFiles(document: unknown): Promise<Readonly<Record<string, string>>> {
  const text = JSON.stringify(document, null, 2);
  const api: ApiDocument = JSON.parse(text);
  const types = await openapiTS(text, {
    defaultNonNullable: false,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
  });
  return {
    'openapi.json': `${text}\n`,
    'schema.ts': NOTE + astToString(types),
    'postman_collection.json': `${JSON.stringify(postmanCollection(api, firstHour), null, 2)}\n`,
  };
}
