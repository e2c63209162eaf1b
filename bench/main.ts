import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { runProgram } from '../src/program.ts';
import type { Line, Sample } from './line.ts';
import { type Options, readOptions } from './options.ts';
import { profile, STATISTICS } from './profile.ts';
import { type Measured, resultOf, tableOf } from './report.ts';
import { type Revision, revisionOf, thisRevision } from './revision.ts';
import { openSide } from './side.ts';
import { openSubject, type Subject } from './subject.ts';

/*
 * Measures the registry beside its limits: what the database and Node.js would allow for the same work on the same machine. Real
 * processes and sockets, durable commits, a standby, the journal, authentication, validation and rate accounting.
 * docs/PERFORMANCE.md explains the lines and the method.
 */

const say = (line: string) => process.stdout.write(`${line}\n`);

runProgram(async () => {
  const options = readOptions(process.argv.slice(2));
  const cleanUp: (() => Promise<void>)[] = [];
  try {
    const revisions = [await thisRevision()];
    if (options.baseline !== undefined) revisions.push(await revisionOf(options.baseline));
    cleanUp.push(...revisions.map(({ remove }) => remove));
    const subjects: Subject[] = [];
    for (const revision of revisions) subjects.push(await open(revision, options, cleanUp));
    const [registry, baseline] = subjects;
    if (registry === undefined) throw new Error('there is a registry to measure');
    if (options.profile) await profile(registry, options.lines, say);
    else await compare(registry, baseline, options);
  } finally {
    for (const each of cleanUp.reverse()) await each();
  }
});

async function open(
  revision: Revision,
  options: Options,
  cleanUp: (() => Promise<void>)[],
): Promise<Subject> {
  say(`Filling a cluster for ${revision.name} ...`);
  const { largeAccount: bundles, profile: profiled } = options;
  const side = await openSide(revision, { bundles, settings: profiled ? STATISTICS : {} });
  cleanUp.push(side.close);
  const subject = await openSubject(side, options.seconds);
  cleanUp.push(subject.close);
  return subject;
}

async function compare(registry: Subject, baseline: Subject | undefined, options: Options): Promise<void> {
  const results = [];
  await registry.startApi();
  await baseline?.startApi();
  for (const line of options.lines) {
    say(`Measuring ${line.name}: ${line.work} ...`);
    results.push(resultOf(await measure(line, { registry, baseline }, options.rounds)));
  }
  say(`\n${tableOf(results, baseline?.side.name)}`);
  const machine = { node: process.version, cpus: cpus().length, model: cpus()[0]?.model };
  const { rounds, seconds } = options;
  const report = { measuredAt: new Date().toISOString(), machine, rounds, seconds, lines: results };
  await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
}

/** Measures a line in rounds. Each round measures every side once; every other round in the opposite order. */
async function measure(
  line: Line,
  { registry, baseline }: { readonly registry: Subject; readonly baseline: Subject | undefined },
  rounds: number,
): Promise<Measured> {
  const samples = { registry: [] as Sample[], limit: [] as Sample[], baseline: [] as Sample[] };
  const { measureLimit } = line;
  const sides = [
    async () => samples.registry.push(await line.measure(registry)),
    ...(measureLimit ? [async () => samples.limit.push(await measureLimit(registry))] : []),
    ...(baseline ? [async () => samples.baseline.push(await line.measure(baseline))] : []),
  ];
  for (const warmUp of sides) await warmUp();
  for (const each of Object.values(samples)) each.length = 0;
  for (let round = 0; round < rounds; round++) {
    for (const take of round % 2 === 0 ? sides : sides.toReversed()) await take();
  }
  return { line, ...samples };
}
