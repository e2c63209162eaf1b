/** The outcome of one attempt at a request. */
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
  /** Ascending from 1. It identifies the request in the databases. */
  readonly number: number;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** With a key, the request can be repeated. */
  readonly key: string | undefined;
}

/** Identified by its interval: each request has its own. */
export interface IssueRequest extends Request {
  readonly kind: 'issue';
  readonly deviceId: number;
  readonly start: string;
  readonly quantity: number;
}

/** Identified by its quantity: as many Wh as its number. */
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

/** Who requested what, with which answer: compared with the databases once the system is quiescent. */
export interface Ledger {
  nextNumber(): number;
  record(mutation: Mutation, outcome: Outcome): void;
  /** An observation of a client that must never occur, whatever fails. */
  protest(violation: string): void;
  all(): readonly Recorded[];
  /** Requests with a key that have no final answer. */
  unanswered(): readonly Mutation[];
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
    unanswered: () =>
      [...recorded.values()]
        .filter(
          ({ mutation, outcomes }) => mutation.key && outcomes.every(({ kind }) => kind === 'unanswered'),
        )
        .map(({ mutation }) => mutation),
    protests: () => protests,
  };
}
