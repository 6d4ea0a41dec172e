/** The page's style sheet, from which the charts take their colours. */
export const STYLE = `
:root {
  --page: #ffffff; --card: #f6f7f9; --text: #1b1f24; --muted: #57606a; --line: #d0d7de;
  --series-1: #0a6bd6; --series-2: #c2410c; --series-3: #15803d; --series-4: #6b7280; --series-5: #7c3aed; --series-6: #b4237a; --series-7: #0e7490;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0d1117; --card: #161b22; --text: #e6edf3; --muted: #9aa4af; --line: #30363d;
    --series-1: #58a6ff; --series-2: #ff9d5c; --series-3: #4cc36b; --series-4: #9aa4af; --series-5: #b794ff; --series-6: #f47fbd; --series-7: #4fd1e0;
  }
}
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; }
main { max-width: 1320px; margin: 0 auto; padding: 24px; }
h1 { font-size: 28px; margin: 0 0 8px; }
h2 { font-size: 20px; margin: 40px 0 12px; }
p { max-width: 80ch; }
.advice { font-size: 17px; font-weight: 600; }
.warning { padding: 8px 12px; border-left: 4px solid var(--series-2); background: var(--card); }
.facts { color: var(--muted); max-width: none; }
.facts span:not(:last-child)::after { content: " ·"; }
.charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(480px, 100%), 1fr)); gap: 16px; }
figure { margin: 0; padding: 12px 16px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
figcaption { font-weight: 600; margin-bottom: 6px; }
figcaption small { font-weight: 400; color: var(--muted); white-space: nowrap; }
svg { display: block; width: 100%; max-width: 540px; height: auto; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 12px; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child, details th:nth-child(2), details td:nth-child(2) { text-align: left; }
details { margin-top: 16px; }
summary { cursor: pointer; color: var(--muted); }
@media (max-width: 560px) {
  main { padding: 12px; }
  figure { padding: 10px 8px; }
  table, tbody { display: block; }
  thead { display: none; }
  tr { display: flex; flex-wrap: wrap; column-gap: 12px; padding: 6px 0; border-bottom: 1px solid var(--line); }
  td { border: 0; padding: 0; white-space: normal; }
  td:not([data-head]) { flex-basis: 100%; }
  td:empty { display: none; }
  td[data-head]::before { content: attr(data-head) " "; color: var(--muted); }
}
`;
