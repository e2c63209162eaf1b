/** What became of one attempt at a request. */
export type Outcome =
  | {
      readonly kind: 'acknowledged';
      readonly id: number;
      readonly body: string;
      readonly requestId: string | null;
      readonly replayed: boolean;
    }
  | { readonly kind: 'refused'; readonly status: number; readonly code: string }
  /** It may have been done, or not: the connection broke, the server failed, or said to try again. */
  | { readonly kind: 'unanswered'; readonly why: string };

interface Request {
  /** Counts up from 1. Nothing in the databases bears the mark of another request. */
  readonly number: number;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** With one, it may be sent again. */
  readonly key: string | undefined;
}

/** Its mark is the interval: each request has one of its own. */
export interface IssueRequest extends Request {
  readonly kind: 'issue';
  readonly deviceId: number;
  readonly start: string;
  readonly quantity: number;
}

/** Its mark is the quantity: as many Wh as its number. */
export interface ActionRequest extends Request {
  readonly kind: 'transfer' | 'cancel';
  readonly sourceId: number;
  readonly targetId: number | null;
}

export type Mutation = IssueRequest | ActionRequest;

export interface Recorded {
  readonly mutation: Mutation;
  readonly outcomes: readonly Outcome[];
}

/** Who asked for what, and was told what: held against the databases when all is quiet. */
export interface Ledger {
  nextNumber(): number;
  record(mutation: Mutation, outcome: Outcome): void;
  /** What a client saw that nobody may see, whatever fails. */
  protest(violation: string): void;
  all(): readonly Recorded[];
  /** Requests with a key that have no final answer. */
  owed(): readonly Mutation[];
  protests(): readonly string[];
}

export function openLedger(): Ledger {
  const recorded = new Map<number, { mutation: Mutation; outcomes: Outcome[] }>();
  const protests: string[] = [];
  let number = 0;
  return {
    nextNumber: () => ++number,
    record(mutation, outcome) {
      const known = recorded.get(mutation.number);
      if (known) known.outcomes.push(outcome);
      else recorded.set(mutation.number, { mutation, outcomes: [outcome] });
    },
    protest: (violation) => void protests.push(violation),
    all: () => [...recorded.values()],
    owed: () =>
      [...recorded.values()]
        .filter(
          ({ mutation, outcomes }) => mutation.key && outcomes.every(({ kind }) => kind === 'unanswered'),
        )
        .map(({ mutation }) => mutation),
    protests: () => protests,
  };
}
