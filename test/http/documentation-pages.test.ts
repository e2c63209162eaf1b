import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { operations } from '../../src/http/operations.ts';
import { testWithSample as test } from '../harness/fixtures.ts';

const CHROMIUM = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
const HIGHEST_PX = 2_000;
/** The pages render dozens of operations; the limit allows for busy machines. */
const TIMEOUT_MS = 120_000;

/** The operations with the most parameters, fields and errors. Rendering all of them would take minutes. */
const LONGEST = [
  'changeUserRole',
  'updateAccount',
  'createDevice',
  'updateDevice',
  'createCertificates',
  'queryFullCertificates',
  'transferCertificates',
  'createRecurringTransfer',
];

/** Opens one operation after another in the page. Returns the height of each by its id. */
const HEIGHTS_IN_SWAGGER_UI = `(async () => {
  const shown = async (look) => {
    for (let found = look(); ; found = look()) {
      if (found) return found;
      await new Promise((resume) => requestAnimationFrame(resume));
    }
  };
  const heights = {};
  for (const tag of document.querySelectorAll('.opblock-tag')) tag.click();
  for (const id of ${JSON.stringify(LONGEST)}) {
    const block = await shown(() => document.querySelector('.opblock[id$="-' + id + '"]'));
    block.querySelector('.opblock-summary-control').click();
    await shown(() => block.querySelector('.responses-table .response'));
    heights[id] = block.offsetHeight;
    block.querySelector('.opblock-summary-control').click();
  }
  return heights;
})()`;

describe.skipIf(CHROMIUM === undefined)('the documentation in Chromium (install `chromium` to run)', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ['--no-sandbox'] });
    page = await browser.newPage({ viewport: { width: 1_280, height: 900 } });
    page.setDefaultTimeout(TIMEOUT_MS);
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
  });

  test(
    'Swagger UI has the title of the registry, and shows the longest operations in less than 2 000 px',
    async ({ sample }) => {
      await page.goto(`${sample.url}/docs/`);
      expect(await page.title()).toBe('Granular Certificate Registry API');
      await page.locator('.opblock-tag').first().waitFor();
      const heights: Record<string, number> = await page.evaluate(HEIGHTS_IN_SWAGGER_UI);
      expect(Object.keys(heights)).toEqual(LONGEST);
      const tall = Object.entries(heights).filter(([, height]) => height >= HIGHEST_PX);
      expect(tall).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    'Swagger UI: after entering e-mail and password in Authorize, the example of a transfer succeeds',
    async ({ sample }) => {
      await page.goto(`${sample.url}/docs/`);
      await page.locator('.auth-wrapper .btn.authorize').click();
      const email = page.locator('#oauth_username');
      await expect.poll(() => email.evaluate((field) => field.matches(':focus'))).toBe(true);
      await page.keyboard.type('trading_user@usermail.com');
      await page.keyboard.press('Tab');
      await page.keyboard.type(sample.config.SEED_PASSWORD);
      await page.locator('.auth-container').first().getByRole('button', { name: 'Apply' }).click();
      await page.locator('.auth-container').first().getByRole('button', { name: 'Remove' }).waitFor();
      await page.locator('.close-modal').click();
      await page.locator('#operations-tag-Actions').click();
      const transfer = page.locator('#operations-Actions-transferCertificates');
      await transfer.locator('.opblock-summary-control').click();
      await transfer.locator('.execute').click();
      const status = transfer.locator('.live-responses-table .response-col_status').last();
      await expect.poll(() => status.innerText(), { timeout: TIMEOUT_MS }).toMatch(/^202/);
    },
    TIMEOUT_MS,
  );

  test(
    'Redoc has the logo of the registry, and shows every operation in less than 2 000 px',
    async ({ sample }) => {
      await page.goto(`${sample.url}/redoc`);
      const section = '[data-section-id*="/operation/"]';
      await page.locator(section).first().waitFor();
      expect(await page.locator('img[alt="Granular Certificate Registry"]').count()).toBe(1);
      const heights = await page
        .locator(section)
        .evaluateAll((sections) =>
          sections.map((each) => ({ id: each.getAttribute('data-section-id'), height: each.clientHeight })),
        );
      expect(heights).toHaveLength(operations.length);
      expect(heights.filter(({ height }) => height >= HIGHEST_PX)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
