import { type B1610Row, HALF_HOUR_MS, halfHourEndMs, parseB1610 } from './b1610.ts';
import { type BmUnit, parseBmUnits } from './bm-unit.ts';
import { getJson, type RequestPolicy } from './request.ts';

const DAY_MS = 24 * 3_600_000;
/** Keeps the query below 2 kB, which every proxy lets pass. */
const UNITS_PER_REQUEST = 80;

export interface ElexonClientOptions extends Partial<RequestPolicy> {
  /** Of the Insights API, such as `https://data.elexon.co.uk/bmrs/api/v1`. */
  readonly baseUrl: string;
}

export interface GenerationRequest {
  /** The window [from, to): half-hours that lie in it whole. */
  readonly from: Date;
  readonly to: Date;
  /** Elexon ids such as `T_DRAXX-1`. The whole market is 440 000 rows a day, so it has to be asked for by name. */
  readonly bmUnits: readonly string[] | 'whole market';
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GenerationProgress) => void;
}

/** Requests answered, of how many; and the rows so far. */
export interface GenerationProgress {
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

export interface ElexonClient {
  /** B1610 rows of the window: ElexonError, B1610FormatError, or RangeError for a window or list that is empty. */
  generation(request: GenerationRequest): Promise<B1610Row[]>;
  /** The same, one UTC day (or part of one) and batch of units at a time, for windows too large to hold. */
  generationPages(request: GenerationRequest): AsyncGenerator<B1610Row[], void>;
  /** The BM Unit register: ElexonError or BmUnitFormatError. */
  bmUnits(signal?: AbortSignal): Promise<BmUnit[]>;
}

/** A client of the Elexon Insights API, https://bmrs.elexon.co.uk/api-documentation. It needs no key. */
export function elexonClient(options: ElexonClientOptions): ElexonClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const policy: RequestPolicy = {
    fetch: options.fetch ?? fetch,
    retries: options.retries ?? 4,
    retryDelayMs: options.retryDelayMs ?? 500,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetryAfterMs: options.maxRetryAfterMs ?? 120_000,
  };

  async function* generationPages(request: GenerationRequest): AsyncGenerator<B1610Row[], void> {
    const pages = planPages(request);
    let rowCount = 0;
    for (const [index, page] of pages.entries()) {
      const rows = parseB1610(await getJson(policy, pageUrl(baseUrl, page), request.signal));
      const own = rows.filter((row) => isWithinPage(page, row));
      rowCount += own.length;
      request.onProgress?.({ done: index + 1, total: pages.length, rows: rowCount });
      yield own;
    }
  }

  return {
    generationPages,
    async generation(request) {
      const pages: B1610Row[][] = [];
      for await (const page of generationPages(request)) pages.push(page);
      return pages.flat();
    },
    async bmUnits(signal) {
      return parseBmUnits(await getJson(policy, new URL(`${baseUrl}/reference/bmunits/all`), signal));
    },
  };
}

interface RequestPage {
  readonly fromMs: number;
  readonly toMs: number;
  readonly bmUnits: readonly string[];
}

function planPages({ from, to, bmUnits }: GenerationRequest): RequestPage[] {
  const [fromMs, toMs] = [from.getTime(), to.getTime()];
  if (!(fromMs < toMs)) throw new RangeError('The window of generation has to end after it starts');
  const batches = bmUnits === 'whole market' ? [[]] : batchUnits([...new Set(bmUnits)]);
  if (batches.length === 0) throw new RangeError('Name at least one BM unit');

  const pages: RequestPage[] = [];
  for (let dayMs = fromMs; dayMs < toMs; ) {
    const nextMs = Math.min(toMs, (Math.floor(dayMs / DAY_MS) + 1) * DAY_MS);
    for (const batch of batches) pages.push({ fromMs: dayMs, toMs: nextMs, bmUnits: batch });
    dayMs = nextMs;
  }
  return pages;
}

function batchUnits(bmUnits: readonly string[]): string[][] {
  const count = Math.ceil(bmUnits.length / UNITS_PER_REQUEST);
  return Array.from({ length: count }, (_, index) =>
    bmUnits.slice(index * UNITS_PER_REQUEST, (index + 1) * UNITS_PER_REQUEST),
  );
}

function pageUrl(baseUrl: string, { fromMs, toMs, bmUnits }: RequestPage): URL {
  const url = new URL(`${baseUrl}/datasets/B1610/stream`);
  url.searchParams.set('from', minuteText(fromMs));
  url.searchParams.set('to', minuteText(toMs));
  for (const bmUnit of bmUnits) url.searchParams.append('bmUnit', bmUnit);
  return url;
}

/** The API's window includes both ends, so each page also brings a half-hour of its neighbour. */
function isWithinPage(page: RequestPage, row: B1610Row): boolean {
  const endMs = halfHourEndMs(row);
  return endMs - HALF_HOUR_MS >= page.fromMs && endMs <= page.toMs;
}

function minuteText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
