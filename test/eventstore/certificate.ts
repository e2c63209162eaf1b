import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import type { Secure } from './server.ts';

const DNS = 2;
const IP = 7;

/** A new self-signed certificate for this machine, and credentials. The file is removed when the process ends. */
export async function secureSettings(): Promise<Secure> {
  const { cert, private: privateKey } = await generate([{ name: 'commonName', value: 'localhost' }], {
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: DNS, value: 'localhost' },
          { type: IP, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  const folder = mkdtempSync(join(tmpdir(), 'eventstore-certificate-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const certificateFile = join(folder, 'certificate.pem');
  writeFileSync(certificateFile, cert);
  return { certificate: cert, certificateFile, privateKey, username: 'admin', password: 'changeit' };
}
