/** The data cannot be loaded as asked; the message says what to change. */
export class SeedError extends Error {
  override readonly name = 'SeedError';
}
