import { describe, expect, onTestFinished, vi } from 'vitest';
import { formatPosition } from '../../src/database/position.ts';
import { openConfiguredDatabase } from '../../src/start.ts';
import { test } from '../harness/fixtures.ts';

describe('a token past the end of the primary’s log', () => {
  const future = { 'registry-consistency': 'FFFFFFFF/FFFFFFFF' };

  test('is refused by reads and writes, which say so', async ({ admin }) => {
    const read = admin.get('/account/list', future);
    const write = admin.post('/organisation/create', { name: crypto.randomUUID() }, future);
    for (const { statusCode, body } of await Promise.all([read, write])) {
      expect(statusCode, body).toBe(422);
      const { errors } = JSON.parse(body);
      expect(errors[0].path).toBe('header.registry-consistency');
      expect(errors[0].message).toContain('past the last write of this registry');
    }
  });

  test('is refused without a wait for the standby', async ({ registry, admin }) => {
    const choose = vi.spyOn(registry.database, 'read');
    onTestFinished(() => choose.mockRestore());
    expect((await admin.get('/account/list', future)).statusCode).toBe(422);
    expect(choose).not.toHaveBeenCalled();
  });
});

test('a token that another process returned just now is known', async ({ registry, admin }) => {
  const database = await openConfiguredDatabase(registry.config, registry.app.log);
  onTestFinished(() => database.stop());
  for (let n = 0; n < 10; n++) {
    const { position } = await database.transact({ userId: null, requestId: null }, (tx) => tx.beginAction());
    const read = await admin.get('/account/list', { 'registry-consistency': formatPosition(position) });
    expect(read.statusCode, read.body).toBe(200);
  }
});
