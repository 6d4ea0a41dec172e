/**
 * Whether functions wrap this process's calls, or those of peers: contexts, interceptors, or call tracking. Fields, because every
 * call reads them.
 */
export const hooks: { outgoing: boolean; incoming: boolean } = { outgoing: false, incoming: false };
