/*
 * Loaded into an API process before anything else (`--import`): its date goes ahead by as many milliseconds as a message
 * from the parent says, as when a machine's clock is set. Timers do not jump; those of a machine do not either.
 */

const RealDate = Date;
let aheadMs = 0;
const now = () => RealDate.now() + aheadMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (_, parts, as) => Reflect.construct(RealDate, parts.length === 0 ? [now()] : parts, as),
  apply: () => new RealDate(now()).toString(),
  get: (_, name) => (name === 'now' ? now : Reflect.get(RealDate, name)),
});

process.on('message', (message) => {
  if (typeof message === 'number') aheadMs = message;
});
// A process of the campaign does not outlive it.
process.on('disconnect', () => process.exit(1));
