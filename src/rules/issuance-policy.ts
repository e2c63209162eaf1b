/** The policy of issuing (rules ISS-6 and ISS-11) until an operator sets another one. */
export const DEFAULT_POLICY = { capacityMargin: 1.1, certificateExpiryYears: 2 } as const;
