import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { configuredKeys } from '../../../src/anchor/configured.ts';
import { addPublicKey, publicJwkOf, readPublicKeys } from '../../../src/anchor/key-set.ts';
import { createSigningKey, readSigningKey } from '../../../src/anchor/signing-key.ts';
import { ConfigError, readConfig } from '../../../src/config.ts';
import { ended } from '../../harness/program.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anchor-keys-'));
  file = join(folder, 'anchor-key.pem');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const pem = (type: 'ed25519' | 'ed448' = 'ed25519') => {
  const { privateKey } = type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448');
  return String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
};
const writeKey = (text: string, mode = 0o600) => {
  writeFileSync(file, text);
  chmodSync(file, mode);
};

describe('the file of a private key', () => {
  test('is created for its owner only, and read again', () => {
    const created = createSigningKey(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readSigningKey(file).keyId).toBe(created.keyId);
  });

  test('is not overwritten', () => {
    const { keyId } = createSigningKey(file);
    expect(() => createSigningKey(file)).toThrow(
      new ConfigError(`Configuration: ANCHOR_KEY_FILE: ${file} cannot be created: EEXIST`),
    );
    expect(readSigningKey(file).keyId).toBe(keyId);
  });

  test.each([0o600, 0o400])('may have the mode %o', (mode) => {
    writeKey(pem(), mode);
    expect(readSigningKey(file).keyId).toMatch(/^[\w-]{43}$/);
  });

  test.each([0o640, 0o604, 0o622, 0o666, 0o644])('must not have the mode %o', (mode) => {
    writeKey(pem(), mode);
    expect(() => readSigningKey(file)).toThrow(/^Configuration: ANCHOR_KEY_FILE: others can access /);
  });

  test.each([
    ['is missing', () => undefined, 'cannot be read: ENOENT'],
    ['is no PEM', () => writeKey('a key'), 'is not a private key in PEM'],
    [
      'has a public key',
      () =>
        writeKey(String(generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }))),
      'is not a private key in PEM',
    ],
    ['has a key of another curve', () => writeKey(pem('ed448')), 'is not an Ed25519 key'],
  ])('that %s is refused', (_, prepare, reason) => {
    prepare();
    expect(() => readSigningKey(file)).toThrow(ConfigError);
    expect(() => readSigningKey(file)).toThrow(reason);
  });
});

describe('the file of public keys', () => {
  const keysFile = () => join(folder, 'anchor-keys.json');
  const config = () =>
    readConfig({
      DATABASE_WRITE_URL: 'postgresql://writer:secret@127.0.0.1/registry',
      DATABASE_READ_URLS: 'postgresql://reader:secret@127.0.0.1/registry',
      ANCHOR_KEYS_FILE: keysFile(),
    });

  test('is a JSON Web Key Set', () => {
    const key = createSigningKey(file);
    addPublicKey(keysFile(), publicJwkOf(key));
    expect(JSON.parse(readFileSync(keysFile(), 'utf8'))).toEqual({
      keys: [{ kty: 'OKP', crv: 'Ed25519', x: expect.stringMatching(/^[\w-]{43}$/), kid: key.keyId }],
    });
  });

  test('keeps the entries that it has', () => {
    const [first, second] = [createSigningKey(file), createSigningKey(join(folder, 'second.pem'))];
    const retired = { ...publicJwkOf(first), last_position: 41 };
    writeFileSync(keysFile(), JSON.stringify({ keys: [retired] }));
    addPublicKey(keysFile(), publicJwkOf(first));
    addPublicKey(keysFile(), publicJwkOf(second));
    expect(readPublicKeys(keysFile())).toEqual([retired, publicJwkOf(second)]);
  });

  test('must have the key that signs', () => {
    const [own, other] = [createSigningKey(file), createSigningKey(join(folder, 'other.pem'))];
    addPublicKey(keysFile(), publicJwkOf(other));
    expect(() => configuredKeys(config(), own)).toThrow(`lacks the key ${own.keyId} of ANCHOR_KEY_FILE`);
    expect([...configuredKeys(config(), other).keys()]).toEqual([other.keyId]);
  });

  test.each([
    ['no JSON', () => 'keys'],
    ['no keys', () => '{"keys":[]}'],
    [
      'a key whose kid is not its thumbprint',
      () => JSON.stringify({ keys: [{ ...publicJwkOf(createSigningKey(file)), kid: 'first' }] }),
    ],
  ])('with %s is refused', (_, content) => {
    writeFileSync(keysFile(), content());
    expect(() => readPublicKeys(keysFile())).toThrow(
      /^Configuration: ANCHOR_KEYS_FILE: .* is not a JSON Web Key Set/,
    );
  });
});

describe('npm run anchor:key', () => {
  const run = (settings: Record<string, string>) =>
    ended(process.execPath, ['--import', 'tsx', 'src/command/create-anchor-key.ts'], {
      env: {
        PATH: process.env.PATH,
        DATABASE_WRITE_URL: 'postgresql://writer:secret@127.0.0.1/registry',
        DATABASE_READ_URLS: 'postgresql://reader:secret@127.0.0.1/registry',
        ...settings,
      },
    });

  test('creates a key, adds its public half to the file of keys, and leaves it as it is the next time', async () => {
    const settings = { ANCHOR_KEY_FILE: file, ANCHOR_KEYS_FILE: join(folder, 'anchor-keys.json') };
    const first = await run(settings);
    const { keyId } = readSigningKey(file);
    expect(first).toMatchObject({ code: 0, output: expect.stringContaining(`Created the key ${keyId}.`) });
    expect(readPublicKeys(settings.ANCHOR_KEYS_FILE).map(({ kid }) => kid)).toEqual([keyId]);
    expect(await run(settings)).toMatchObject({
      code: 0,
      output: expect.stringContaining(`Found the key ${keyId}.`),
    });
  });

  test('needs the name of a file, and otherwise exits with 2 and one line', async () => {
    expect(await run({})).toEqual({ code: 2, output: 'Configuration: ANCHOR_KEY_FILE must be set\n' });
  });
});
