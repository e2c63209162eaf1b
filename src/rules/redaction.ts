/** What the journal says of one change to a bundle, as far as it names somebody. */
export interface BundleEvent {
  readonly attributes_before: Readonly<Record<string, unknown>> | null;
  readonly attributes_after: Readonly<Record<string, unknown>> | null;
  readonly actor_id: number | null;
  readonly action_id: number | null;
  readonly request_id: string | null;
}

/**
 * An event in the life of a bundle as its holder may know it: all that was done in the holder's own accounts, and of
 * what was done in others only that it was done. Their ids and beneficiaries, who acted and by which request are `null`.
 *
 * @param holder the account that held the bundle before the event; of a CREATE, the one that it was made in.
 */
export function redact<Event extends BundleEvent>(
  event: Event,
  holder: number,
  isOwn: (accountId: number) => boolean,
): Event {
  const own = isOwn(holder);
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

/** The account that holds a bundle after an event, or `undefined` where the event leaves it as it was. */
export function holderAfter({ attributes_after: after }: BundleEvent): number | undefined {
  return typeof after?.account_id === 'number' ? after.account_id : undefined;
}
