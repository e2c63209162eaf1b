import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SAMPLE_UNITS, type SampleUnit, sampleGeneration } from '../../../seed/sample/index.ts';
import type { B1610Row } from '../../../src/meter-data/elexon/index.ts';

const HALF_HOUR_MS = 30 * 60_000;
const DAY_MS = 24 * 3_600_000;
const BASE_PATH = '/bmrs/api/v1';

/** The fault of the next request. `hang` never answers; the others do what they say. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'hang' | 'cut before answer' | 'cut in answer' | 'truncated JSON' };

export interface FakeElexonOptions {
  /** Rows of one unit whose half-hours touch the window, ends included. Default: the sample model. */
  readonly generation?: (bmUnit: string, from: Date, to: Date) => readonly B1610Row[];
  /** The register, in the API's own shape. Default: the sample units. */
  readonly register?: unknown;
  /**
   * Which end of a half-hour is compared with the window; the pages of the API overlap by a half-hour in either case.
   */
  readonly windowMatches?: 'start' | 'end';
}

export interface FakeElexon {
  readonly baseUrl: string;
  /** Every request so far, faulty ones included. */
  readonly requests: readonly URL[];
  /** Faults for the next requests, one each, in this order. */
  failNext(...faults: readonly Fault[]): void;
  close(): Promise<void>;
}

/** A local server that answers like the Elexon Insights API, for tests without a network. */
export async function startFakeElexon(options: FakeElexonOptions = {}): Promise<FakeElexon> {
  const requests: URL[] = [];
  const faults: Fault[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    requests.push(url);
    const fault = faults.shift();
    if (fault === undefined) send(response, answerTo(options, url));
    else injectFault(fault, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The fake has no TCP port');

  return {
    baseUrl: `http://127.0.0.1:${address.port}${BASE_PATH}`,
    requests,
    failNext: (...next) => void faults.push(...next),
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

function answerTo(options: FakeElexonOptions, url: URL): Answer {
  switch (url.pathname) {
    case `${BASE_PATH}/datasets/B1610/stream`:
      return streamAnswer(options, url.searchParams);
    case `${BASE_PATH}/datasets/B1610`:
      return periodAnswer(options, url.searchParams);
    case `${BASE_PATH}/reference/bmunits/all`:
      return { status: 200, body: options.register ?? SAMPLE_UNITS.map(registerEntry) };
    default:
      return { status: 404, body: { statusCode: 404, message: 'Resource not found' } };
  }
}

function streamAnswer(options: FakeElexonOptions, query: URLSearchParams): Answer {
  const fromMs = Date.parse(query.get('from') ?? '');
  const toMs = Date.parse(query.get('to') ?? '');
  if (!(fromMs <= toMs)) return badRequest('from, to');

  const offsetMs = options.windowMatches === 'end' ? 0 : HALF_HOUR_MS;
  const rows = rowsOf(options, query, fromMs - HALF_HOUR_MS, toMs + HALF_HOUR_MS).filter((row) => {
    const comparedMs = Date.parse(`${row.halfHourEndTime}Z`) - offsetMs;
    return comparedMs >= fromMs && comparedMs <= toMs;
  });
  return { status: 200, body: rows };
}

function periodAnswer(options: FakeElexonOptions, query: URLSearchParams): Answer {
  const dateMs = Date.parse(`${query.get('settlementDate')}T00:00:00Z`);
  const period = Number(query.get('settlementPeriod'));
  if (Number.isNaN(dateMs) || !(period >= 1 && period <= 50)) {
    return badRequest('settlementDate, settlementPeriod');
  }
  const data = rowsOf(options, query, dateMs - DAY_MS, dateMs + 2 * DAY_MS).filter(
    (row) => row.settlementDate === query.get('settlementDate') && row.settlementPeriod === period,
  );
  return { status: 200, body: { data } };
}

function badRequest(fields: string): Answer {
  return { status: 400, body: { title: 'Bad Request', status: 400, errors: [fields] } };
}

function rowsOf(
  options: FakeElexonOptions,
  query: URLSearchParams,
  fromMs: number,
  toMs: number,
): readonly B1610Row[] {
  const asked = query.getAll('bmUnit');
  const bmUnits = asked.length > 0 ? asked : SAMPLE_UNITS.map((unit) => unit.device.local_device_identifier);
  const generation = options.generation ?? modelled;
  return bmUnits.flatMap((bmUnit) => generation(bmUnit, new Date(fromMs), new Date(toMs)));
}

function modelled(bmUnit: string, from: Date, to: Date): readonly B1610Row[] {
  const unit = SAMPLE_UNITS.find(({ device }) => device.local_device_identifier === bmUnit);
  return unit === undefined ? [] : sampleGeneration(unit, from, to);
}

function registerEntry({ device }: SampleUnit): unknown {
  const bmUnit = device.local_device_identifier;
  return {
    nationalGridBmUnit: bmUnit.replace(/^[A-Z0-9]_+/, ''),
    elexonBmUnit: bmUnit,
    eic: null,
    fuelType: device.energy_source === 'wind' ? 'WIND' : null,
    leadPartyName: 'Fake',
    bmUnitType: bmUnit.slice(0, 1),
    fpnFlag: true,
    bmUnitName: device.device_name,
    demandCapacity: (-device.peak_demand).toFixed(3),
    generationCapacity: device.power_mw.toFixed(3),
    gspGroupName: null,
  };
}

function injectFault(fault: Fault, request: IncomingMessage, response: ServerResponse): void {
  switch (fault.kind) {
    case 'status':
      if (fault.retryAfter !== undefined) response.setHeader('retry-after', fault.retryAfter);
      send(response, { status: fault.status, body: { statusCode: fault.status, message: 'as told' } });
      return;
    case 'hang':
      return;
    case 'cut before answer':
      request.socket.destroy();
      return;
    case 'cut in answer':
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('[{"dataset":"B1610",', () => request.socket.destroy());
      return;
    case 'truncated JSON':
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('[{"dataset":"B1610","quantity":1');
  }
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
