/** See `rows.mjs`. */
export function setupsTable(): string;
