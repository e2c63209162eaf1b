import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { LightMyRequestResponse } from 'fastify';
import type { ApiDocument, Operation } from './document.ts';

const JSON_TYPE = 'application/json';
const PROBLEM_TYPE = 'application/problem+json';

/** The headers that HTTP itself, helmet and CORS add to any response. */
const NOT_OF_THE_API =
  /^(content-(type|length)|date|connection|keep-alive|transfer-encoding|vary|access-control-.*)$/;
const OF_HELMET =
  /^(cross-origin-.*-policy|origin-agent-cluster|referrer-policy|strict-transport-security|x-(content-type-options|dns-prefetch-control|download-options|frame-options|permitted-cross-domain-policies|xss-protection))$/;

/** The names of the response headers of the API itself. */
export const ownHeaders = ({ headers }: Pick<LightMyRequestResponse, 'headers'>): string[] =>
  Object.keys(headers).filter((name) => !NOT_OF_THE_API.test(name) && !OF_HELMET.test(name));

/** Compares responses with their declaration in the OpenAPI document. */
export class Answers {
  readonly #ajv = new Ajv2020({ strict: false, allErrors: true });
  readonly #compiled = new Map<object, ValidateFunction>();

  constructor({ schemas }: ApiDocument) {
    addFormats.default(this.#ajv);
    this.#ajv.addSchema({ $id: 'openapi', components: { schemas } });
  }

  /**
   * The first difference between a response and its declaration: an undeclared status or header, or an invalid body.
   * `undefined` if there is none.
   */
  fault({ responses }: Operation, answer: LightMyRequestResponse): string | undefined {
    const { statusCode, body } = answer;
    const said = `${statusCode} ${body.slice(0, 500)}`;
    if (statusCode >= 500) return `failed: ${said}`;
    const { content: declared, headers = {} } = responses[String(statusCode)] ?? {};
    if (declared === undefined) return `undeclared status: ${said}`;
    const undeclared = ownHeaders(answer).find((name) => !(name in headers));
    if (undeclared !== undefined) return `undeclared header ${undeclared}: ${said}`;
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
