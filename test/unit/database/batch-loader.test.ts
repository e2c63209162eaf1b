import { describe, expect, test } from 'vitest';
import { createBatchLoader } from '../../../src/database/batch-loader.ts';

/** A loader whose statements are answered by hand. */
function manualLoader() {
  const statements: { keys: readonly number[]; answer(): void; fail(): void }[] = [];
  const load = createBatchLoader(
    (keys: readonly number[]) =>
      new Promise<Map<number, string>>((resolve, reject) => {
        const values = new Map(keys.filter((key) => key > 0).map((key) => [key, `value ${key}`]));
        statements.push({ keys, answer: () => resolve(values), fail: () => reject(new Error('lost')) });
      }),
  );
  const statement = async (n: number) => {
    await new Promise(setImmediate);
    const sent = statements[n];
    if (sent === undefined) throw new Error(`statement ${n} was not sent`);
    return sent;
  };
  return { load, statement, count: () => statements.length };
}

describe('a batch loader', () => {
  test('sends the first lookup at once', async () => {
    const { load, statement } = manualLoader();
    const value = load(1);
    (await statement(0)).answer();
    expect(await value).toBe('value 1');
  });

  test('answers everything that is asked during a statement with one further statement', async () => {
    const { load, statement, count } = manualLoader();
    const first = load(1);
    const running = await statement(0);
    const others = [load(2), load(1), load(2)];
    running.answer();
    const next = await statement(1);
    next.answer();
    expect([await first, ...(await Promise.all(others))]).toEqual([
      'value 1',
      'value 2',
      'value 1',
      'value 2',
    ]);
    expect(next.keys).toEqual([2, 1]);
    expect(count()).toBe(2);
  });

  test('never answers with a value that was read before the lookup', async () => {
    const { load, statement } = manualLoader();
    void load(1);
    const running = await statement(0);
    void load(1);
    running.answer();
    expect((await statement(1)).keys).toEqual([1]);
  });

  test('has no value for a key that is missing', async () => {
    const { load, statement } = manualLoader();
    const value = load(-1);
    (await statement(0)).answer();
    expect(await value).toBeUndefined();
  });

  test('goes on after a statement that failed', async () => {
    const { load, statement } = manualLoader();
    const failing = load(1);
    const outcome = expect(failing).rejects.toThrow('lost');
    (await statement(0)).fail();
    await outcome;
    const value = load(2);
    (await statement(1)).answer();
    expect(await value).toBe('value 2');
  });
});
