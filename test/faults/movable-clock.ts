/**
 * Loaded into an API process before anything else (`--import`): its clock moves ahead by the milliseconds of a message
 * from the parent, as when the clock of a machine is set. Timers are not affected, as on a machine.
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
// A process must not outlive the campaign.
process.on('disconnect', () => process.exit(1));
