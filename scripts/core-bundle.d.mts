/** See `core-bundle.mjs`. */
export function bundleCore(options: {
  readonly outfile: string;
  readonly root?: string;
  readonly edits?: readonly { readonly file: string; readonly from: string; readonly to: string }[];
}): Promise<readonly string[]>;
