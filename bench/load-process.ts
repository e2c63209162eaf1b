import { request } from 'node:http';
import autocannon from 'autocannon';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { quantile } from './figures.ts';
import type { CopyJob, HttpJob, LoadJob, LoadResult, StreamJob } from './load-job.ts';

/* The process that generates load. It receives one job at a time from its parent, and answers with a result or the text of an error. */

/** Sends requests over keep-alive connections, each as soon as the one before is answered. Fails on any other status than 2xx. */
function sendRequests(job: HttpJob): Promise<LoadResult> {
  const { url, method, headers, connections, seconds, requests: amount } = job;
  const length = amount === undefined ? { duration: seconds } : { amount };
  const times: number[] = [];
  let taken = 0;
  let failure: string | undefined;
  const bodies = new WeakMap<autocannon.Client, Buffer>();
  const setupClient = (client: autocannon.Client) => client.on('body', (body) => bodies.set(client, body));
  const fill = (template: string, value: string) => template.replace('{}', value);
  const next = (base: autocannon.Request): autocannon.Request => {
    const value = job.values[taken++ % job.values.length] ?? '';
    const body = job.body === undefined ? {} : { body: fill(job.body, value) };
    return { ...base, path: fill(job.path, value), ...body };
  };
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let last = started;
    const run = autocannon(
      { url, method, headers, connections, ...length, setupClient, requests: [{ setupRequest: next }] },
      (error, result) => {
        if (error || failure !== undefined) return reject(error ?? new Error(failure));
        if (result.errors > 0) return reject(new Error(`${result.errors} requests had no answer`));
        if (times.length === 0) return reject(new Error(`no request was answered in ${seconds} s`));
        resolve({
          completed: times.length,
          elapsedMs: last - started,
          medianMs: quantile(times, 0.5),
          p99Ms: quantile(times, 0.99),
          valuesTaken: taken,
        });
      },
    );
    run.on('response', (client, statusCode, _bytes, responseTime) => {
      if (statusCode >= 200 && statusCode < 300) {
        last = performance.now();
        times.push(responseTime);
        return;
      }
      failure ??= `${method} ${job.path} was answered ${statusCode} ${bodies.get(client) ?? ''}`;
      run.stop();
    });
  });
}

function readStream({ url, path, body, headers }: StreamJob): Promise<LoadResult> {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const sent = request(`${url}${path}`, { method: 'POST', headers }, (response) => {
      if (response.statusCode === undefined || response.statusCode >= 300)
        return reject(new Error(`POST ${path} was answered ${response.statusCode}`));
      let lines = 0;
      response.on('data', (chunk: Buffer) => {
        lines += linesIn(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve({ completed: lines, elapsedMs: performance.now() - started }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

async function copyRows({ databaseUrl, statement }: CopyJob): Promise<LoadResult> {
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c timezone=UTC' });
  await client.connect();
  try {
    const started = performance.now();
    let lines = 0;
    for await (const chunk of client.query(copyTo(statement))) lines += linesIn(chunk);
    return { completed: lines, elapsedMs: performance.now() - started };
  } finally {
    await client.end();
  }
}

const NEWLINE = 10;

function linesIn(chunk: Buffer): number {
  let lines = 0;
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}

function runJob(job: LoadJob): Promise<LoadResult> {
  if (job.kind === 'http') return sendRequests(job);
  return job.kind === 'stream' ? readStream(job) : copyRows(job);
}

process.on('message', (job: LoadJob) => {
  runJob(job).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit());
