/**
 * The bounds of a request body. They are checked before the body is parsed, so that no body can occupy the process for long.
 */
export interface BodyLimit {
  readonly bytes: number;
  /** Items of all arrays and fields of all objects, together. */
  readonly values: number;
  /** Arrays and objects. */
  readonly containers: number;
}

/** The bounds that an operation can declare. */
export const bodyLimits = {
  /** A few short fields, as for a login: anybody can send them. */
  small: { bytes: 8_192, values: 500, containers: 100 },
  /** One record. */
  standard: { bytes: 65_536, values: 4_000, containers: 100 },
  /** Lists of up to 10 000 entries. */
  bulk: { bytes: 1_572_864, values: 50_000, containers: 12_000 },
} as const satisfies Readonly<Record<string, BodyLimit>>;

export type BodyLimitName = keyof typeof bodyLimits;

/** Without a declaration, an operation that takes no body has the smallest limit, and any other one that of one record. */
export function bodyLimitOf({
  body,
  bodyLimit,
}: {
  readonly body?: unknown;
  readonly bodyLimit?: BodyLimitName;
}): BodyLimit {
  return bodyLimits[bodyLimit ?? (body === undefined ? 'small' : 'standard')];
}
