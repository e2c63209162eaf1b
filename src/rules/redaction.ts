/** The parts of a journal entry on a bundle that name accounts, users or requests. */
export interface BundleEvent {
  readonly attributes_before: Readonly<Record<string, unknown>> | null;
  readonly attributes_after: Readonly<Record<string, unknown>> | null;
  readonly actor_id: number | null;
  readonly action_id: number | null;
  readonly request_id: string | null;
}

/**
 * An event of a bundle as the users of an account may see it (rule HASH-6): in full if it happened in an account of theirs.
 * Of an event in another account, account, beneficiary, user, action and request are `null`.
 *
 * @param holder the account that held the bundle before the event; for a CREATE, the account it was created in. `undefined`
 * if it is not known: the event is then shown as one in another account.
 */
export function redact<Event extends BundleEvent>(
  event: Event,
  holder: number | undefined,
  isOwn: (accountId: number) => boolean,
): Event {
  const own = holder !== undefined && isOwn(holder);
  const shown = (attributes: BundleEvent['attributes_after']) => withoutStrangers(attributes, own, isOwn);
  return {
    ...event,
    attributes_before: shown(event.attributes_before),
    attributes_after: shown(event.attributes_after),
    ...(own ? {} : { actor_id: null, action_id: null, request_id: null }),
  };
}

function withoutStrangers(
  attributes: BundleEvent['attributes_after'],
  own: boolean,
  isOwn: (accountId: number) => boolean,
): BundleEvent['attributes_after'] {
  if (attributes === null) return null;
  const { account_id: account } = attributes;
  return {
    ...attributes,
    ...('account_id' in attributes && !(typeof account === 'number' && isOwn(account))
      ? { account_id: null }
      : {}),
    ...('beneficiary' in attributes && !own ? { beneficiary: null } : {}),
  };
}

/** The account that holds a bundle after an event, or `undefined` if the event does not change it. */
export function holderAfter({ attributes_after: after }: BundleEvent): number | undefined {
  return typeof after?.account_id === 'number' ? after.account_id : undefined;
}
