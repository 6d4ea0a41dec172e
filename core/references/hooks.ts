/**
 * Whether anything stands around the calls of this process, or around those of others: contexts, interceptors, or calls that are
 * tracked. Fields, because every call looks at them.
 */
export const hooks: { outgoing: boolean; incoming: boolean } = { outgoing: false, incoming: false };
