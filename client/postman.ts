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
  readonly event: readonly Script[];
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

/** A step of the guided folder: an operation with its values, and the variables that it sets for later steps. */
export interface Step {
  readonly operation: string;
  readonly name: string;
  readonly status: number;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Name of a variable to an expression over `answer`, the JSON of the response. */
  readonly keep?: Readonly<Record<string, string>>;
}

const HOST = '{{registry}}';
/** The last request of the collection, since it ends the session of all others. */
const LOGOUT = 'logout';
/** The bodies of the requests that return tokens; later requests send the tokens. */
const TOKEN_BODIES: Readonly<Record<string, object>> = {
  login: { username: '{{username}}', password: '{{password}}' },
  refreshSession: { refresh_token: '{{refresh_token}}' },
};
const TOKENS = { token: 'answer.access_token', refresh_token: 'answer.refresh_token' };

/** The variables that requests set from their response, by operation id. */
const KEPT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  login: TOKENS,
  refreshSession: TOKENS,
  createApiKey: { api_key_id: 'answer.id' },
  createUser: { user_id: 'answer.id' },
  createOrganisation: { organisation_id: 'answer.id' },
  createAccount: { account_id: 'answer.id' },
  createDevice: { device_id: 'answer.id' },
  createMeasurement: { measurement_id: 'answer.id' },
  listRecurringActions: { recurring_action_id: 'answer[0].id' },
};

/** What is deleted or erased is what a request before it created, not sample data. */
const CREATED_BEFORE: Readonly<Record<string, string>> = {
  deleteApiKey: 'api_key_id',
  deleteUser: 'user_id',
  eraseUser: 'user_id',
  deleteOrganisation: 'organisation_id',
  deleteAccount: 'account_id',
  deleteDevice: 'device_id',
  deleteMeasurement: 'measurement_id',
  deleteRecurringAction: 'recurring_action_id',
};

function pathOf({ operationId }: ApiOperation): Readonly<Record<string, string>> {
  const variable = CREATED_BEFORE[operationId];
  return variable === undefined ? {} : { id: `{{${variable}}}` };
}

/**
 * The collection: a folder of guided steps, then a folder per tag with all operations. The whole collection can be run
 * from top to bottom, as an administrator.
 */
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
  const folders = document.tags.map(({ name, description }) => ({
    name,
    description,
    item: operations
      .filter(({ operation }) => operation.tags.includes(name) && operation.operationId !== LOGOUT)
      .map((each) => item(each)),
  }));
  const logout = operations.filter(({ operation }) => operation.operationId === LOGOUT);
  return {
    info: {
      name: document.info.title,
      description: document.info.description,
      schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json',
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: [
      { key: 'registry', value: 'http://127.0.0.1:8000' },
      { key: 'username', value: 'admin_user@usermail.com' },
      { key: 'password', value: 'registry-demo' },
      { key: 'token', value: '' },
      { key: 'refresh_token', value: '' },
    ],
    item: [
      { name: guide.name, description: guide.description, item: steps },
      ...folders,
      { name: 'End of the session', item: logout.map((each) => item(each)) },
    ],
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
      variable: fields('path', step?.path ?? pathOf(operation)),
    },
    header: [
      ...fields('header', step?.header),
      ...(body ? [{ key: 'Content-Type', value: 'application/json' }] : []),
    ],
    ...(body ? { body } : {}),
    ...(operation.security.length === 0 ? { auth: { type: 'noauth' } } : {}),
  };
}

/** Optional parameters without a value are disabled. */
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

function itemOf({ operationId, summary, responses }: ApiOperation, request: Request, step?: Step): Item {
  const keep = { ...KEPT[operationId], ...step?.keep };
  const status = step?.status ?? successOf(responses);
  const exec = [
    `pm.test('answers ${status}', () => pm.response.to.have.status(${status}));`,
    ...(Object.keys(keep).length > 0 ? ['const answer = pm.response.json();'] : []),
    ...Object.entries(keep).map(([name, value]) => `pm.collectionVariables.set('${name}', ${value});`),
  ];
  return {
    name: step?.name ?? summary,
    request,
    event: [{ listen: 'test', script: { type: 'text/javascript', exec } }],
  };
}

/** The status of a successful response. Every operation has one. */
const successOf = (responses: ApiOperation['responses']) =>
  Object.keys(responses).find((status) => status.startsWith('2'));
