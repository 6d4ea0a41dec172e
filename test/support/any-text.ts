import * as fc from 'fast-check';

/** Any character, and halves of surrogate pairs. fast-check's own text units need 80 MB for their tables. */
export const anyUnit: fc.Arbitrary<string> = fc.oneof(
  fc.nat(0xff).map((code) => String.fromCharCode(code)),
  fc.nat(0xffff).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0x1_0000, max: 0x10_ffff }).map((code) => String.fromCodePoint(code)),
);

/** Any JavaScript string, well-formed or not. */
export function anyText(constraints: { readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.array(anyUnit, constraints).map((units) => units.join(''));
}

/** URLs with any text in them. */
export const anyUrl: fc.Arbitrary<URL> = fc.tuple(fc.domain(), anyText(), anyText()).map(([host, path, query]) => {
  const url = new URL(`https://${host}/`);
  url.pathname = path;
  url.search = query;
  return url;
});
