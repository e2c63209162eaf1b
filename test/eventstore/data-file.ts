import { closeSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { z } from 'zod';

const bytes = z.codec(
  z.base64(),
  z.custom<Uint8Array>((value) => value instanceof Uint8Array),
  {
    decode: (text) => new Uint8Array(Buffer.from(text, 'base64')),
    encode: (data) => Buffer.from(data).toString('base64'),
  },
);
const storedEvent = z.object({
  id: z.string(),
  type: z.string(),
  contentType: z.string(),
  data: bytes,
  metadata: bytes,
});
const storedLine = z.union([
  z.object({ append: z.string(), createdMs: z.number(), events: z.array(storedEvent) }),
  z.object({ forget: z.string(), keep: z.number() }),
]);

/** A change of the streams: a complete append, or the loss of the newest events. */
export type Line = z.output<typeof storedLine>;

export interface DataFile {
  /** The changes so far, oldest first. */
  readonly lines: readonly Line[];
  /** The change is on the disk when it returns. */
  write(line: Line): void;
  close(): void;
}

/**
 * A file of JSON lines. An incomplete last line was never acknowledged, and is removed.
 *
 * @throws {Error} when any other line is invalid.
 */
export function openDataFile(path: string): DataFile {
  const file = openSync(path, 'a+');
  const content = readFileSync(path);
  const whole = content.subarray(0, content.lastIndexOf('\n') + 1);
  ftruncateSync(file, whole.length);
  const lines = whole
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => z.decode(storedLine, JSON.parse(line)));
  return {
    lines,
    write(line) {
      writeSync(file, `${JSON.stringify(z.encode(storedLine, line))}\n`);
      fsyncSync(file);
    },
    close: () => closeSync(file),
  };
}
