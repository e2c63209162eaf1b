import { expect, test } from 'vitest';
import { chooseCluster, chooseEventStore } from '../../harness/server-source.ts';

const urls = { TEST_DATABASE_PRIMARY_URL: 'postgresql://p', TEST_DATABASE_STANDBY_URL: 'postgresql://s' };
const given = { from: 'urls', primary: 'postgresql://p', standby: 'postgresql://s' };

test.each([
  [{}, { from: 'embedded' }],
  [{ TEST_CLUSTER: '' }, { from: 'embedded' }],
  [{ TEST_CLUSTER: 'embedded', ...urls }, { from: 'embedded' }],
  [{ TEST_CLUSTER: 'containers', ...urls }, { from: 'containers' }],
  [urls, given],
  [{ TEST_CLUSTER: 'urls', ...urls }, given],
])('%j uses the cluster %j', (environment, choice) => {
  expect(chooseCluster(environment)).toEqual(choice);
});

test.each([
  { TEST_CLUSTER: 'container' },
  { TEST_CLUSTER: 'urls' },
  { TEST_DATABASE_PRIMARY_URL: 'postgresql://p' },
  { TEST_DATABASE_STANDBY_URL: 'postgresql://s' },
])('%j is refused, because the run would use an unintended cluster', (environment) => {
  expect(() => chooseCluster(environment)).toThrow(/TEST_/);
});

test.each([
  [{}, 'none'],
  [{ TEST_CLUSTER: 'containers' }, 'container'],
  [{ TEST_CLUSTER: 'containers', ESDB_TEST_CONNECTION_STRING: 'esdb://there' }, { external: 'esdb://there' }],
])('%j uses the event store %j', (environment, choice) => {
  expect(chooseEventStore(environment)).toEqual(choice);
});
