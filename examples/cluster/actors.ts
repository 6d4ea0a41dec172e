/** The actors of this example. Every machine needs this file. */
import { Actor } from 'uactor';

const SHADES = ' .:-=+*#%@';

/** Renders lines of a picture of the Mandelbrot set, as text. */
export class Renderer extends Actor {
  static override readonly module = import.meta.url;

  /** Line `y` of a picture of `width` by `height` characters. */
  line(y: number, width: number, height: number): string {
    return Array.from({ length: width }, (_, x) => shade((x / width) * 3 - 2.2, (y / height) * 2.4 - 1.2)).join('');
  }
}

function shade(re: number, im: number, most = 200_000): string {
  let [a, b] = [0, 0];
  for (let step = 0; step < most; step++) {
    [a, b] = [a * a - b * b + re, 2 * a * b + im];
    if (a * a + b * b > 4) return SHADES[step % (SHADES.length - 1)] ?? ' ';
  }
  return '@';
}
