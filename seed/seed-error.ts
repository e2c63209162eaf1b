/** Data cannot be loaded as requested. The message says what to change. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}
