import { type AccountData, DAYS, FIRST_DAY } from './fill.ts';
import { allBundles } from './limit-statements.ts';
import { askApi, askLimits, type Line, perSecond } from './line.ts';

const PAGE_SIZE = 100;
const DAY_MS = 86_400_000;

/** `count` values that are spread evenly but not in order, the same in every run. */
const scattered = (count: number, most: number, from = 0): string[] =>
  Array.from({ length: count }, (_, n) => String(from + ((n * 7_919) % most)));

const days = Array.from({ length: DAYS }, (_, day) => {
  const instant = (of: number) => new Date(Date.parse(FIRST_DAY) + of * DAY_MS).toISOString();
  return { from: instant(day), to: instant(day + 1) };
});

const bundleIds = ({ firstBundle, bundles }: AccountData) => scattered(2_000, bundles, firstBundle);

const get: Line = {
  name: 'get',
  work: 'GET /certificate/{id}, 16 connections',
  unit: 'requests/s',
  limit: 'the same SELECT, Fastify and pg',
  target: 0.6,
  async measure(subject) {
    const values = bundleIds(subject.side.data.trader);
    return perSecond(await askApi(subject, { method: 'GET', path: '/certificate/{}', values }));
  },
  async measureLimit(subject) {
    const values = bundleIds(subject.side.data.trader);
    return perSecond(await askLimits(subject, { method: 'GET', path: '/certificate/{}', values }));
  },
};

const query: Line = {
  name: 'query',
  work: 'query of 100 bundles of an account and day, 16 connections',
  unit: 'requests/s',
  limit: 'the same SELECT without the total, JSON built by hand, Fastify and pg',
  target: 0.6,
  async measure(subject) {
    const { id } = subject.side.data.trader;
    const values = days.map(
      ({ from, to }) => `"certificate_period_start":"${from}","certificate_period_end":"${to}"`,
    );
    const body = `{"source_id":${id},"limit":${PAGE_SIZE},{}}`;
    return perSecond(await askApi(subject, { method: 'POST', path: '/certificate/query', body, values }));
  },
  async measureLimit(subject) {
    const { id } = subject.side.data.trader;
    const values = days.map(({ from, to }) => `"from":"${from}","to":"${to}"`);
    const body = `{"account":${id},{}}`;
    return perSecond(await askLimits(subject, { method: 'POST', path: '/query', body, values }));
  },
};

const stream: Line = {
  name: 'stream',
  work: 'query streamed as NDJSON, 100 000 bundles',
  unit: 'bundles/s',
  limit: 'COPY (SELECT ...) TO STDOUT',
  target: 0.4,
  async measure({ side, load, api }) {
    const { url, headers } = api();
    const types = { 'content-type': 'application/json', accept: 'application/x-ndjson' };
    const body = JSON.stringify({ source_id: side.data.trader.id });
    const job = {
      kind: 'stream',
      url,
      path: '/certificate/query',
      body,
      headers: { ...(await headers()), ...types },
    } as const;
    return perSecond(await load.ask(job));
  },
  async measureLimit({ side, load }) {
    const databaseUrl = side.environment.DATABASE_READ_URLS ?? '';
    const statement = `COPY (${allBundles(side.data.trader.id)}) TO STDOUT`;
    return perSecond(await load.ask({ kind: 'copy', databaseUrl, statement }));
  },
};

const summary = (name: 'small' | 'large'): Line => ({
  name: `summary-${name}`,
  work: `account summary, ${name} account, 16 connections`,
  unit: 'requests/s',
  limit: 'the account by its primary key, Fastify and pg',
  target: 0.3,
  async measure(subject) {
    const values = [String(subject.side.data[name].id)];
    return perSecond(await askApi(subject, { method: 'GET', path: '/account/{}/summary', values }));
  },
  async measureLimit(subject) {
    const values = [String(subject.side.data[name].id)];
    return perSecond(await askLimits(subject, { method: 'GET', path: '/account/{}', values }));
  },
});

export const readLines: readonly Line[] = [get, query, stream, summary('small'), summary('large')];
