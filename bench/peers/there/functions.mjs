/** What every peer calls: nothing but an addition, and an echo. */
export const functions = { add: (a, b) => a + b, echo: (value) => value };
