import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'vitest';
import { testWithSample as test } from '../harness/fixtures.ts';
import { runAgainst } from '../harness/sample.ts';

/** `.ci/run` installs it there, from PyPI. */
const GENERATOR = join('node_modules', '.cache', 'python', 'bin', 'openapi-python-client');
const available = existsSync(GENERATOR);

const PROGRAM = `
import os, sys
sys.path.insert(0, sys.argv[1])
from registry_client import AuthenticatedClient, Client
from registry_client.api.authentication import login
from registry_client.api.certificates import query_certificates
from registry_client.models import CertificateQuery, LoginBody

url = os.environ["REGISTRY"]
credentials = LoginBody.from_dict({"username": "trading_user@usermail.com", "password": "registry-demo"})
tokens = login.sync(client=Client(base_url=url), body=credentials)
client = AuthenticatedClient(base_url=url, token=tokens.access_token)
answer = query_certificates.sync(client=client, body=CertificateQuery.from_dict({"source_id": 1, "limit": 3}))
print(len(answer.granular_certificate_bundles), "bundles of", answer.granular_certificate_bundles[0].device_id)
`;

test.skipIf(!available)(
  'a Python client generated from the document logs in and queries certificates (.ci/run installs the generator)',
  async ({ sample, onTestFinished }) => {
    const folder = await mkdtemp(join(tmpdir(), 'python-client-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const output = join(folder, 'client');
    await promisify(execFile)(
      GENERATOR,
      [
        'generate',
        '--path',
        'client/openapi.json',
        '--meta',
        'none',
        '--output-path',
        join(output, 'registry_client'),
        '--fail-on-warning',
      ],
      { env: { ...process.env, PATH: `${resolve(dirname(GENERATOR))}${delimiter}${process.env.PATH}` } },
    );
    const python = join(dirname(GENERATOR), 'python');
    expect(await runAgainst(sample.url, python, '-c', PROGRAM, output)).toMatch(/^3 bundles of \d+$/m);
  },
  120_000,
);
