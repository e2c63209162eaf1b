/** How busy this process is. */
export interface EventLoop {
  /** Milliseconds by which the process has been late in all of the last few looks; 0 if it was in time in one of them. */
  delayMs(): number;
  stop(): void;
}

const LOOK_EVERY_MS = 100;
/** One long pause makes one look late; only a loop that stays busy makes all of them late. */
const LOOKS = 3;

/** Looks ten times a second how late a timer fires. It keeps no process alive. */
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
