import { type B1610Row, HALF_HOUR_MS, halfHourEndMs, parseB1610 } from './b1610.ts';
import { type BmUnit, parseBmUnits } from './bm-unit.ts';
import { getJson, type RequestPolicy, waitOrAbort } from './request.ts';

const DAY_MS = 24 * 3_600_000;
/** Keeps the URL below 2 kB, which all proxies accept. */
const UNITS_PER_REQUEST = 80;

export interface ElexonClientOptions extends Partial<RequestPolicy> {
  /** Base URL of the Insights API, such as `https://data.elexon.co.uk/bmrs/api/v1`. */
  readonly baseUrl: string;
}

export interface GenerationRequest {
  /** The window [from, to). Only half-hours entirely within it are returned. */
  readonly from: Date;
  readonly to: Date;
  /** Elexon ids such as `T_DRAXX-1`. The whole market has 440 000 rows a day and must be requested explicitly. */
  readonly bmUnits: readonly string[] | 'whole market';
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: GenerationProgress) => void;
}

/** Completed requests, total requests, and rows received so far. */
export interface GenerationProgress {
  readonly done: number;
  readonly total: number;
  readonly rows: number;
}

export interface ElexonClient {
  /**
   * Fetches the B1610 rows of the window.
   *
   * @throws {ElexonError} if a request fails. @throws {B1610FormatError} for an invalid response.
   * @throws {RangeError} for an empty window or list of units.
   */
  generation(request: GenerationRequest): Promise<B1610Row[]>;
  /** The same in pages, each for one UTC day and batch of units, for windows too large for memory. */
  generationPages(request: GenerationRequest): AsyncGenerator<B1610Row[], void>;
  /** Fetches the BM Unit register. @throws {ElexonError} @throws {BmUnitFormatError} */
  bmUnits(signal?: AbortSignal): Promise<BmUnit[]>;
}

/**
 * Creates a client of the Elexon Insights API (https://bmrs.elexon.co.uk/api-documentation), which needs no API key.
 */
export function elexonClient(options: ElexonClientOptions): ElexonClient {
  const baseUrl = options.baseUrl.replace(/\/+$/, '');
  const policy: RequestPolicy = {
    fetch: options.fetch ?? fetch,
    retries: options.retries ?? 4,
    retryDelayMs: options.retryDelayMs ?? 500,
    timeoutMs: options.timeoutMs ?? 60_000,
    maxRetryAfterMs: options.maxRetryAfterMs ?? 120_000,
    wait: options.wait ?? waitOrAbort,
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
  if (!(fromMs < toMs)) throw new RangeError('The window must end after it starts');
  const batches = bmUnits === 'whole market' ? [[]] : batchUnits([...new Set(bmUnits)]);
  if (batches.length === 0) throw new RangeError('At least one BM unit is required');

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

/** Whether a row belongs to a page. The API's window includes both ends, so responses of adjacent pages overlap. */
function isWithinPage(page: RequestPage, row: B1610Row): boolean {
  const endMs = halfHourEndMs(row);
  return endMs - HALF_HOUR_MS >= page.fromMs && endMs <= page.toMs;
}

function minuteText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
