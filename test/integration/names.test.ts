import { readFile } from 'node:fs/promises';
import { describe, expect } from 'vitest';
import { z } from 'zod';
import { anAccount, hoursAgo, issueBody, unique } from '../harness/builders.ts';
import { test } from '../harness/fixtures.ts';
import type { TestRegistry } from '../harness/registry.ts';
import { refusalOf, UNIQUE } from './database-rejections.ts';

/** Names that look alike: which of them PostgreSQL treats as equal, and refuses. */

const skeletonsOf = async ({ primary }: TestRegistry, names: readonly string[]): Promise<string[]> => {
  const { rows } = await primary.query<{ skeleton: string }>(
    `SELECT name_skeleton(name) AS skeleton FROM unnest($1::text[]) WITH ORDINALITY AS n(name, place) ORDER BY place`,
    [names],
  );
  return rows.map(({ skeleton }) => skeleton);
};

const DEVICE = `
  INSERT INTO device (device_name, local_device_identifier, grid, energy_source, technology_type, operational_date,
                      power_mw, peak_demand, location, is_storage, account_id)`;
const rowOf = (accountId: number, identifier: string, grid: string) =>
  `${DEVICE} VALUES ('D', '${identifier}', '${grid}', 'wind', 'wind_turbine', '2020-01-01', 1, 0, 'Here', false, ${accountId})`;

describe('the skeleton of a name', () => {
  test.for([
    ['Cyrillic letters', 'MPAN-1', 'МРАN-1'],
    ['Greek capitals', 'ENTSO-E', 'ΕΝΤЅО-Ε'],
    ['a zero and an O', 'MPAN-10', 'MPAN-1O'],
    ['a one, an l and an I', 'UNIT-1', 'unit-I'],
    ['rn and m', 'Modern Grid', 'Modem Grid'],
    ['letters in another case', 'Test Account', 'TEST aCCOUNT'],
    ['full width letters', 'MPAN-1', 'ＭＰＡＮ－１'],
    ['zero-width characters', 'MPAN-1', 'MP\u200bA\u00adN\u2060-\u{e0041}1'],
    ['additional blanks', 'Test Account', ' Test\u00a0\u2003 Account\t'],
    ['another normalization form', 'Société', 'Socie\u0301te\u0301'],
  ] as const)('is the same for names that differ in %s', async ([, name, other], { registry }) => {
    const [skeleton, same] = await skeletonsOf(registry, [name, other]);
    expect(same).toBe(skeleton);
    expect(skeleton).not.toBe('');
  });

  test('differs for names that look different', async ({ registry }) => {
    const names = [
      'MPAN-1',
      'MPAN-2',
      'MPAN 1',
      'MPAN1',
      'NPAN-1',
      'Société',
      'Societe',
      'Ветер',
      'Ворон',
      '風力',
      '水力',
    ];
    expect(new Set(await skeletonsOf(registry, names)).size).toBe(names.length);
  });

  test('is the same for every pair of the confusables of Unicode', async ({ registry }) => {
    const file = await readFile('node_modules/unhomoglyph/data.json', 'utf8');
    const confusables = z.record(z.string(), z.string()).parse(JSON.parse(file));
    // Names are decomposed first (UTS #39, section 4), so no other character is looked up.
    const pairs = Object.entries(confusables).filter(
      ([character]) => character.normalize('NFKD') === character,
    );
    const [from, to] = [
      await skeletonsOf(
        registry,
        pairs.map(([character]) => `x${character}x`),
      ),
      await skeletonsOf(
        registry,
        pairs.map(([, prototype]) => `x${prototype}x`),
      ),
    ];
    expect(pairs.length).toBeGreaterThan(2_500);
    expect(pairs.filter((_, place) => from[place] !== to[place])).toEqual([]);
  });
});

/** Other spellings of a name that begins with `MPAN` and has a blank. */
const lookAlikesOf = (name: string): string[] => [
  `${name}\u200b`,
  `\u200d${name}`,
  `${name}\u00ad`,
  `\u2060${name}`,
  name.replace('M', 'М'),
  name.replace('A', 'Α'),
  name.toLowerCase(),
  `  ${name}`,
  name.replace(' ', '\u00a0 '),
  name.replace('MPAN', 'ＭＰＡＮ'),
  name.replace('N', 'Ν'),
  name.replace('P', 'Р'),
];

describe('a plant', () => {
  test('receives one issuance for an interval, however its identifier and grid are written', async ({
    registry,
    market,
  }) => {
    const { admin, source, metadataId } = market;
    const identifier = unique('MPAN');
    const spellings = [identifier, ...lookAlikesOf(identifier)];
    const issued: number[] = [];
    for (const [place, local_device_identifier] of spellings.entries()) {
      const made = await admin.post('/device/create', {
        device_name: 'D',
        local_device_identifier,
        grid: place % 2 === 0 ? 'National Grid' : 'Nаtional  Grid',
        energy_source: 'wind',
        technology_type: 'wind_turbine',
        operational_date: '2020-01-01',
        power_mw: 50,
        peak_demand: 0,
        location: 'Here',
        is_storage: false,
        account_id: source.id,
      });
      if (made.statusCode !== 201) {
        expect([409, 422], made.body).toContain(made.statusCode);
        continue;
      }
      const body = issueBody({
        device_id: made.json().id,
        metadata_id: metadataId,
        quantity: 10,
        ...hoursAgo(40),
      });
      const answer = await admin.post('/certificate/create', body);
      if (answer.statusCode === 201) issued.push(answer.json().id);
    }
    expect(issued).toHaveLength(1);
    const { rows } = await registry.primary.query<{ devices: string }>(
      `SELECT count(*) AS devices FROM device WHERE name_skeleton(local_device_identifier) = name_skeleton($1)`,
      [identifier],
    );
    expect(rows).toEqual([{ devices: '1' }]);
  });

  test('has one registered device, even with two concurrent registrations', async ({ market }) => {
    const { admin, source } = market;
    const identifier = unique('RACE');
    const spellings = ['RACE', 'RΑCE', 'RАCE', 'rаce', 'RACЕ', 'RАСE'].map((start) =>
      identifier.replace('RACE', start),
    );
    const answers = await Promise.all(
      spellings.map((local_device_identifier) =>
        admin.post('/device/create', {
          device_name: 'D',
          local_device_identifier,
          grid: 'National Grid',
          energy_source: 'wind',
          technology_type: 'wind_turbine',
          operational_date: '2020-01-01',
          power_mw: 50,
          peak_demand: 0,
          location: 'Here',
          is_storage: false,
          account_id: source.id,
        }),
      ),
    );
    const refused = answers.filter(({ statusCode }) => statusCode === 409);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect(new Set(refused.map((answer) => answer.json().type))).toEqual(
      new Set(['urn:gc-registry:problem:identifier-taken']),
    );
  });
});

describe('PostgreSQL itself', () => {
  test('refuses every device that looks like another, so that a plant-hour cannot be issued again', async ({
    registry,
    market,
  }) => {
    const identifier = unique('MPAN');
    const row = (name: string) => rowOf(market.source.id, name, 'A grid');
    const genuine = await registry.primary.query(`${row(identifier)} RETURNING id`);
    const refusals = await Promise.all(
      lookAlikesOf(identifier).map((name) => refusalOf(registry.primary, row(name))),
    );
    expect(genuine.rows).toHaveLength(1);
    expect(refusals).toEqual(Array(12).fill(UNIQUE));
  });

  test('refuses an account or an organisation that looks like another', async ({ registry }) => {
    const suffix = crypto.randomUUID();
    const account = (name: string) => `INSERT INTO account (account_name) VALUES ('${name} ${suffix}')`;
    const organisation = (name: string) => `INSERT INTO organisation (name) VALUES ('${name} ${suffix}')`;
    expect(await refusalOf(registry.primary, account('Acme'), account('Аcme'))).toBe(UNIQUE);
    expect(await refusalOf(registry.primary, organisation('Acme'), organisation('Аcm\u200be'))).toBe(UNIQUE);
  });
});

describe('the name of an account', () => {
  test('is stored in its normal form, and refused with invisible characters', async ({ market }) => {
    const name = unique('Normal');
    expect(
      await anAccount(market.admin, { account_name: `  ${name.replace(' ', '\u00a0\u2003')} ` }),
    ).toMatchObject({
      account_name: name,
    });
    const answer = await market.admin.post('/account/create', { account_name: `${name}\u200b` });
    expect(answer.statusCode).toBe(422);
    expect(answer.json().errors).toEqual([
      { path: 'body.account_name', message: 'must not contain invisible characters' },
    ]);
  });

  test('must not look like the name of another account', async ({ market }) => {
    const name = unique('Paypal');
    const { id } = await anAccount(market.admin);
    await anAccount(market.admin, { account_name: name });
    const lookalike = name.replace('Paypal', 'Раypal');
    for (const answer of [
      await market.admin.post('/account/create', { account_name: lookalike }),
      await market.admin.patch(`/account/update/${id}`, { account_name: lookalike }),
    ]) {
      expect(answer.statusCode).toBe(409);
      expect(answer.json().errors).toMatchObject([{ path: 'body.account_name' }]);
    }
  });
});

describe('the name of an organisation', () => {
  const nameTaken = { path: 'body.name', message: expect.stringContaining('looks like it') };

  test('is not one that looks like that of another organisation', async ({ admin }) => {
    const name = unique('Paypal');
    await admin.post('/organisation/create', { name });
    const { id } = (await admin.post('/organisation/create', { name: unique('Other') })).json();
    const lookalike = name.replace('Paypal', 'Раypal');
    for (const answer of [
      await admin.post('/organisation/create', { name: lookalike }),
      await admin.patch(`/organisation/update/${id}`, { name: lookalike }),
    ]) {
      expect(answer.statusCode).toBe(409);
      expect(answer.json().errors).toMatchObject([nameTaken]);
    }
  });
});

describe('the name and the organisation of a user', () => {
  test.for(['name', 'organisation'])(
    '%s: is kept in its normal form, and has no invisible characters',
    async (field, { registry }) => {
      const user = await registry.as('TRADING_USER');
      const edit = (text: string) => user.patch(`/user/update/${user.userId}`, { [field]: text });
      expect((await edit('  Ａda\u00a0 Lovelace ')).json()).toMatchObject({ [field]: 'Ada Lovelace' });
      const refused = await edit('Ada \u202eecalevoL');
      expect(refused.statusCode).toBe(422);
      expect(refused.json().errors).toEqual([
        { path: `body.${field}`, message: 'must not contain invisible characters' },
      ]);
    },
  );
});

test('an e-mail has no letters of other scripts', async ({ admin }) => {
  const person = { name: 'A', role: 'AUDIT_USER', password: 'a password of its own' };
  const answer = await admin.post('/user/create', { ...person, email: 'аda@example.com' });
  expect(answer.statusCode).toBe(422);
  expect(answer.json().errors).toMatchObject([{ path: 'body.email' }]);
});
