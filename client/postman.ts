import { type ApiDocument, type ApiOperation, exampleOf, type Parameter, parametersOf } from './openapi.ts';

/** A Postman collection, format 2.1.0: https://schema.getpostman.com/json/collection/v2.1.0/collection.json */
export interface Collection {
  readonly info: object;
  readonly auth: object;
  readonly variable: readonly object[];
  readonly item: readonly Folder[];
}

export interface Folder {
  readonly name: string;
  readonly description?: string;
  readonly item: readonly Item[];
}

export interface Item {
  readonly name: string;
  readonly request: Request;
  readonly event?: readonly Script[];
}

interface Request {
  readonly method: string;
  readonly description: string;
  readonly url: {
    readonly raw: string;
    readonly host: readonly string[];
    readonly path: readonly string[];
    readonly query: readonly Field[];
    readonly variable: readonly Field[];
  };
  readonly header: readonly Field[];
  readonly body?: object;
  readonly auth?: object;
}

interface Field {
  readonly key: string;
  readonly value: string;
  readonly description?: string;
  readonly disabled?: boolean;
}

interface Script {
  readonly listen: 'test';
  readonly script: { readonly type: 'text/javascript'; readonly exec: readonly string[] };
}

/** A step of a guided folder: an operation with values of its own, and what later steps use of its answer. */
export interface Step {
  readonly operation: string;
  readonly name: string;
  readonly status: number;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Variable name to an expression over `answer`, the JSON that came. */
  readonly keep?: Readonly<Record<string, string>>;
}

const HOST = '{{registry}}';
/** What is sent and kept where tokens are given; the other requests show them. */
const TOKEN_BODIES: Readonly<Record<string, object>> = {
  login: { username: '{{username}}', password: '{{password}}' },
  refreshSession: { refresh_token: '{{refresh_token}}' },
};
const TOKENS_KEPT = { token: 'answer.access_token', refresh_token: 'answer.refresh_token' };

/** The collection of all operations, a folder a tag, behind one folder of steps to run from top to bottom. */
export function postmanCollection(
  document: ApiDocument,
  guide: { name: string; description: string; steps: readonly Step[] },
): Collection {
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const item = (each: (typeof operations)[number], step?: Step) =>
    itemOf(each.operation, requestOf(each, document, step), step);
  const byId = new Map(operations.map((each) => [each.operation.operationId, each]));
  const steps = guide.steps.map((step) => {
    const operation = byId.get(step.operation);
    if (operation === undefined) throw new Error(`no operation is called ${step.operation}`);
    return item(operation, step);
  });
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];
  const folders = tags.map((name) => ({
    name,
    item: operations.filter(({ operation }) => operation.tags.includes(name)).map((each) => item(each)),
  }));
  return {
    info: {
      name: document.info.title,
      description: document.info.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: [
      { key: 'registry', value: 'http://127.0.0.1:8000' },
      { key: 'username', value: 'trading_user@usermail.com' },
      { key: 'password', value: 'registry-demo' },
      { key: 'token', value: '' },
      { key: 'refresh_token', value: '' },
    ],
    item: [{ name: guide.name, description: guide.description, item: steps }, ...folders],
  };
}

interface Located {
  readonly path: string;
  readonly method: string;
  readonly operation: ApiOperation;
}

function requestOf({ path, method, operation }: Located, document: ApiDocument, step?: Step): Request {
  const parts = path.slice(1).replaceAll(/\{(\w+)\}/g, ':$1');
  const fields = (place: Parameter['in'], given: Readonly<Record<string, string>> = {}) =>
    parametersOf(operation, document)
      .filter((parameter) => parameter.in === place)
      .map((parameter) => fieldOf(parameter, given[parameter.name]));
  const query = fields('query', step?.query);
  const asked = query.filter(({ disabled }) => !disabled).map(({ key, value }) => `${key}=${value}`);
  const body = bodyOf(operation, step);
  return {
    method: method.toUpperCase(),
    description: operation.description,
    url: {
      raw: `${HOST}/${parts}${asked.length > 0 ? `?${asked.join('&')}` : ''}`,
      host: [HOST],
      path: parts.split('/'),
      query,
      variable: fields('path', step?.path),
    },
    header: [...fields('header'), ...(body ? [{ key: 'Content-Type', value: 'application/json' }] : [])],
    ...(body ? { body } : {}),
    ...(operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
  };
}

/** An optional parameter is there, and off. */
function fieldOf(parameter: Parameter, given?: string): Field {
  const { name, required, description } = parameter;
  return {
    key: name,
    value: given ?? String(exampleOf(parameter)),
    ...(description ? { description } : {}),
    ...(required || given !== undefined ? {} : { disabled: true }),
  };
}

function bodyOf({ operationId, requestBody }: ApiOperation, step?: Step) {
  const content = requestBody?.content['application/json'];
  if (content === undefined) return undefined;
  const example = TOKEN_BODIES[operationId] ?? content.example;
  const raw = step?.body ?? JSON.stringify(example, null, 2);
  return { mode: 'raw', raw, options: { raw: { language: 'json' } } };
}

function itemOf({ operationId, summary }: ApiOperation, request: Request, step?: Step): Item {
  const keep = { ...(operationId in TOKEN_BODIES ? TOKENS_KEPT : {}), ...step?.keep };
  const exec = [
    ...(step ? [`pm.test('answers ${step.status}', () => pm.response.to.have.status(${step.status}));`] : []),
    ...(Object.keys(keep).length > 0 ? ['const answer = pm.response.json();'] : []),
    ...Object.entries(keep).map(([name, value]) => `pm.collectionVariables.set('${name}', ${value});`),
  ];
  return {
    name: step?.name ?? summary,
    request,
    ...(exec.length > 0 ? { event: [{ listen: 'test', script: { type: 'text/javascript', exec } }] } : {}),
  };
}
