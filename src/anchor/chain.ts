import { type Anchor, digestOf, InvalidAnchor } from './anchor.ts';
import { faultOf, type KeySet } from './key-set.ts';
import { DivergedStore } from './store.ts';

/** Where anchors were found, such as `the database`. */
export interface Place {
  readonly name: string;
  /** How many anchors it has. */
  readonly anchors: number;
}

/** The anchors of all places. */
export interface Chain {
  /** By number. */
  readonly anchors: ReadonlyMap<number, Anchor>;
  readonly places: readonly Place[];
  /** The first thing that is wrong with them, or `undefined`. */
  readonly difference: string | undefined;
}

export interface AnchorSource {
  readonly name: string;
  read(): AsyncIterable<Anchor>;
}

/**
 * Reads the anchors of every place, and checks that they are signed, that each names the one before it, and that the places agree. A
 * place may lack the newest ones.
 */
export async function readChain(sources: readonly AnchorSource[], keys: KeySet): Promise<Chain> {
  const anchors = new Map<number, Anchor>();
  const places: Place[] = [];
  for (const source of sources) {
    const { count, fault } = await readPlace(source, keys, anchors);
    places.push({ name: source.name, anchors: count });
    if (fault !== undefined) return { anchors, places, difference: `${source.name}: ${fault}` };
  }
  return { anchors, places, difference: undefined };
}

/** Adds the anchors of a place to those that are known, up to the first fault. */
async function readPlace(
  { read }: AnchorSource,
  keys: KeySet,
  known: Map<number, Anchor>,
): Promise<{ count: number; fault: string | undefined }> {
  let count = 0;
  try {
    for await (const anchor of read()) {
      const fault = linkFault(anchor, count, known) ?? signatureFault(anchor, keys, known);
      if (fault !== undefined) return { count, fault };
      known.set(anchor.number, anchor);
      count += 1;
    }
    return { count, fault: undefined };
  } catch (error) {
    if (error instanceof DivergedStore || error instanceof InvalidAnchor)
      return { count, fault: error.message };
    throw error;
  }
}

/** @param number that the place has next, if it lacks none. */
function linkFault(anchor: Anchor, number: number, known: ReadonlyMap<number, Anchor>): string | undefined {
  if (anchor.number !== number) return `the anchor ${number} is missing; the next one is ${anchor.number}`;
  const same = known.get(number);
  if (same && digestOf(same) !== digestOf(anchor))
    return `the anchor ${number} differs from the one of another place`;
  const before = known.get(number - 1);
  if ((before ? digestOf(before) : null) !== anchor.previous)
    return `the anchor ${number} does not follow from the one before it`;
  if (before && before.position >= anchor.position)
    return `the anchor ${number} does not continue the one before it`;
  return undefined;
}

function signatureFault(
  anchor: Anchor,
  keys: KeySet,
  known: ReadonlyMap<number, Anchor>,
): string | undefined {
  // The same anchor in another place has been checked.
  if (known.has(anchor.number)) return undefined;
  const fault = faultOf(anchor, keys);
  return fault && `the anchor ${anchor.number} ${fault}`;
}
