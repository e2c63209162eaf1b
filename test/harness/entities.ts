import { aDevice, type TradingPair, unique } from './builders.ts';

export const anEmail = () => `${crypto.randomUUID()}@example.com`;

export const HOUR = {
  interval_start_datetime: '2026-03-10T10:00:00Z',
  interval_end_datetime: '2026-03-10T11:00:00Z',
};

/** Each editable entity: a new body for its creation, and a change. */
export const ENTITIES = [
  {
    entity: 'organisation',
    body: async (_market: TradingPair): Promise<object> => ({
      name: unique('Org'),
      website: 'https://example.com',
    }),
    change: { address: 'Quay 1' },
  },
  {
    entity: 'user',
    body: async (_market: TradingPair): Promise<object> => ({
      name: 'Ada',
      email: anEmail(),
      role: 'AUDIT_USER',
      password: 'long enough now',
    }),
    change: { name: 'Ada L.' },
  },
  {
    entity: 'account',
    body: async (_market: TradingPair): Promise<object> => ({ account_name: unique('Account') }),
    change: { timezone: 'Europe/London' },
  },
  {
    entity: 'device',
    body: async (market: TradingPair): Promise<object> => ({
      device_name: 'A roof',
      local_device_identifier: unique('MPAN'),
      grid: 'A grid',
      energy_source: 'solar_pv',
      technology_type: 'solar_pv',
      operational_date: '2020-01-01',
      capacity: 0.5,
      peak_demand: 0,
      location: '51, 0',
      is_storage: false,
      account_id: market.source.id,
    }),
    change: { device_name: 'Another roof' },
  },
  {
    entity: 'measurement',
    body: async (market: TradingPair): Promise<object> => ({
      device_id: (await aDevice(market.admin, { account_id: market.source.id })).id,
      interval_usage: 1_000,
      ...HOUR,
    }),
    change: { interval_usage: 2_000 },
  },
] as const;

/** A minimal device, to which tests add what matters to them. */
export const A_DEVICE = {
  device_name: 'D',
  grid: 'G',
  energy_source: 'wind',
  technology_type: 'wind_turbine',
  operational_date: '2020-01-01',
  power_mw: 1,
  peak_demand: 0,
  location: 'L',
  is_storage: false,
};
