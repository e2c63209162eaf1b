/** Measures the delay of the event loop. */
export interface EventLoop {
  /** The smallest delay of the last samples in ms. */
  delayMs(): number;
  stop(): void;
}

const LOOK_EVERY_MS = 100;
/** Number of samples. One long pause delays one sample; only a saturated loop delays all of them. */
const LOOKS = 3;

/** Samples the timer delay ten times a second. The timer is unref'ed. */
export function watchEventLoop(now: () => number = () => performance.now()): EventLoop {
  let last = now();
  let late: number[] = [];
  const timer = setInterval(() => {
    const at = now();
    late = [...late.slice(1 - LOOKS), Math.max(0, at - last - LOOK_EVERY_MS)];
    last = at;
  }, LOOK_EVERY_MS).unref();
  return {
    delayMs: () => (late.length < LOOKS ? 0 : Math.min(...late)),
    stop: () => clearInterval(timer),
  };
}
