import { test as vitestTest } from 'vitest';
import type { Role } from '../../src/rules/enums.ts';
import { tradingPair } from './builders.ts';
import { openRegistry } from './registry.ts';
import { openSampleRegistry } from './sample.ts';

const DEFAULTS: Record<string, string> = {};

/** The options that a file sets with `test.extend`: settings of its registry, and the role of its trading users. */
const configured = vitestTest
  .extend('settings', { scope: 'file' }, DEFAULTS)
  .extend('traderRole', { scope: 'file' }, (): Role => 'TRADING_USER');

const withRegistry = configured
  .extend('registry', { scope: 'file' }, async ({ settings }, { onCleanup }) => {
    const registry = await openRegistry(settings);
    onCleanup(() => registry.close());
    return registry;
  })
  .extend('admin', { scope: 'file' }, ({ registry }) => registry.as('ADMIN'));

/** Tests of a file that share a registry (`registry`), an administrator (`admin`) and two accounts that trade (`market`). */
export const test = withRegistry.extend('market', { scope: 'file' }, ({ registry, traderRole }) =>
  tradingPair(registry, traderRole),
);

/** Tests of a file that share a registry, each with two trading accounts of its own. */
export const testWithOwnMarket = withRegistry.extend('market', ({ registry, traderRole }) =>
  tradingPair(registry, traderRole),
);

/** Tests that each have a registry of their own: for those that break one. */
export const testWithOwnRegistry = configured
  .extend('registry', async ({ settings }, { onCleanup }) => {
    const registry = await openRegistry(settings);
    onCleanup(() => registry.close());
    return registry;
  })
  .extend('admin', ({ registry }) => registry.as('ADMIN'))
  .extend('market', ({ registry, traderRole }) => tradingPair(registry, traderRole));

/** Tests of a file that share a registry with the sample data (`sample`), which listens on a port. */
export const testWithSample = configured.extend(
  'sample',
  { scope: 'file' },
  async ({ settings }, { onCleanup }) => {
    const sample = await openSampleRegistry(settings);
    onCleanup(() => sample.close());
    return sample;
  },
);
