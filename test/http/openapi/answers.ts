import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { LightMyRequestResponse } from 'fastify';
import type { ApiDocument, Operation } from './document.ts';

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

/** Holds answers against what the API document says that they are. */
export class Answers {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<object, ValidateFunction>();

  constructor({ schemas }: ApiDocument) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'openapi', components: { schemas } });
  }

  /** What is wrong with an answer, or `undefined`: a status that is not declared, or a body of another shape. */
  fault({ responses }: Operation, answer: LightMyRequestResponse): string | undefined {
    const { statusCode, body } = answer;
    const said = `${statusCode} ${body.slice(0, 500)}`;
    if (statusCode >= 500) return `failed: ${said}`;
    const declared = responses[String(statusCode)]?.content;
    if (declared === undefined) return `undeclared status: ${said}`;
    const type = String(answer.headers['content-type']).split(';')[0] ?? '';
    const schema = declared[type]?.schema;
    if (schema === undefined) return `undeclared content type ${type}: ${said}`;
    if (statusCode >= 400 && type !== PROBLEM_TYPE) return `no problem document: ${said}`;
    if (type !== JSON_TYPE && type !== PROBLEM_TYPE) return undefined;
    const validate = this.#validator(schema);
    if (validate(answer.json())) return undefined;
    return `not as its schema says: ${this.#ajv.errorsText(validate.errors)}: ${said}`;
  }

  #validator(schema: object): ValidateFunction {
    const known = this.#compiled.get(schema);
    if (known) return known;
    const text = JSON.stringify(schema).replaceAll('"#/components', '"openapi#/components');
    const compiled = this.#ajv.compile(JSON.parse(text));
    this.#compiled.set(schema, compiled);
    return compiled;
  }
}
