import { type Anchor, parseAnchor, textOf } from './anchor.ts';

/** The contents of a store are not the anchors of this registry: somebody changed one of the two. Nothing more is written to it. */
export class DivergedStore extends Error {}

/** A store cannot be reached, or refuses to be read. */
export class StoreUnavailable extends Error {}

/** What others than the registry did to a store, or could do. The texts are public and contain no addresses. */
export interface StoreFindings {
  /** How readers miss anchors, or `null`. */
  readonly hidden: string | null;
  readonly warnings: readonly string[];
}

/** A place outside of the database that keeps anchors, in the order of their numbers. Each of them is written once. */
export interface AnchorStore {
  readonly name: 'eventstore' | 'directory' | 'bucket';
  /** @throws {DivergedStore} @throws {StoreUnavailable} */
  last(): Promise<Anchor | undefined>;
  /** All anchors. @throws {DivergedStore} @throws {StoreUnavailable} */
  read(): AsyncIterable<Anchor>;
  /**
   * Writes the next anchor. It is durable when this returns. One that is there already is not written again.
   *
   * @throws {DivergedStore} if another one has its place. Other errors mean that it may or may not be there.
   */
  put(anchor: Anchor): Promise<void>;
  /** @throws {StoreUnavailable} */
  inspect(): Promise<StoreFindings>;
  close(): Promise<void>;
}

export const NO_FINDINGS: StoreFindings = { hidden: null, warnings: [] };

/** The name of an anchor where names are sorted as texts: its position with leading zeros. */
export function fileNameOf({ position }: Anchor): string {
  return `${String(position).padStart(16, '0')}.json`;
}

/** What a store keeps under a name. */
export interface StoredText {
  readonly kind: 'file' | 'object';
  readonly name: string;
  readonly text: string;
}

/** @throws {DivergedStore} if it is no anchor, or that of another position. */
export function storedAnchor({ kind, name, text }: StoredText): Anchor {
  const anchor = anchorIn({ kind, name, text });
  if (fileNameOf(anchor) === name) return anchor;
  throw new DivergedStore(`the ${kind} ${name} has the anchor of position ${anchor.position}`);
}

function anchorIn({ kind, name, text }: StoredText): Anchor {
  try {
    return parseAnchor(text);
  } catch (cause) {
    throw new DivergedStore(`the ${kind} ${name} is not an anchor`, { cause });
  }
}

/** @throws {DivergedStore} if it is not the anchor that is to have its name. */
export function requireSame({ kind, name, text }: StoredText, anchor: Anchor): void {
  if (text !== textOf(anchor)) throw new DivergedStore(`the ${kind} ${name} has another anchor`);
}

export const FILE_NAME = /^\d{16}\.json$/;

/** The anchor of a position in the first store that has it. @throws {DivergedStore} @throws {StoreUnavailable} */
export async function anchorAt(
  position: number,
  stores: readonly AnchorStore[],
): Promise<Anchor | undefined> {
  for (const store of stores)
    for await (const anchor of store.read()) if (anchor.position === position) return anchor;
  return undefined;
}
