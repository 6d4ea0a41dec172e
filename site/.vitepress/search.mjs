/**
 * The search of the site: what its index contains, and the order of its results. Guides come before the reference of the API, and
 * that before examples and the list of changes. The exact word comes before a longer word that begins with it, and both before a
 * word that differs in one letter.
 *
 * VitePress sends the functions of the options to the browser as text, so they use no other names of this module.
 */

/** Words are indexed and searched in the singular, and in small letters. */
const options = {
  processTerm: (term) => {
    const word = term.toLowerCase();
    if (word.length < 4) return word;
    return word
      .replace(/ies$/, 'y')
      .replace(/(ss|x|ch|sh)es$/, '$1')
      .replace(/([^siu])s$/, '$1');
  },
};

const searchOptions = {
  boost: { title: 3, titles: 1, text: 1 },
  prefix: (term) => term.length > 1,
  fuzzy: (term) => (term.length > 4 ? 1 : false),
  // No boost of a page or a title lifts a misspelt word above the exact one.
  weights: { prefix: 0.3, fuzzy: 0.001 },
  tokenize: (query) => {
    const filler = new Set(
      'a an and are be by can do does for from get how i if in into is it its long my not of on or so that the there this to use what when where which why will with you'.split(
        ' ',
      ),
    );
    const words = query.split(/[\n\r\p{Z}\p{P}]+/u).filter((word) => word !== '');
    const telling = words.filter((word) => !filler.has(word.toLowerCase()));
    return telling.length === 0 ? words : telling;
  },
  boostDocument: (id, term, { title, titles }) => {
    if (id.startsWith('/api/')) {
      const named = /^(?:Class|Function|Interface|Type Alias|Variable): (.*)/.exec(title)?.[1] ?? '';
      return named.toLowerCase().startsWith(term) ? 0.2 : 0.1;
    }
    if (/^\/(?:examples|CHANGELOG|CONTRIBUTING)/.test(id)) return 0.02;
    if (/^\/docs\/(?:protocol|guarantees|architecture)/.test(id)) return 0.1;
    return titles.includes('Figures') || titles.includes('How the speed was achieved') ? 0.2 : 1;
  },
  // Not a filter: a section with more of the words counts more than one that has one of them in its title.
  filter: (result) => {
    const found = result.queryTerms.filter((word) => result.terms.some((term) => term.startsWith(word)));
    result.score *= Math.max(found.length, 1) ** 2;
    return true;
  },
};

/** Returns the HTML that is indexed; each heading in it begins a section, which is one result. */
async function _render(source, env, markdown) {
  const html = await markdown.render(source, env);
  return env.relativePath.startsWith('api/') ? sectionsOfReference(html) : html;
}

/** The headings of a part of a function or a member. */
const PARTS =
  /^(?:Call Signature|Default Value|Examples?|Extended by|Extends|Overrides|Parameters|Returns|Throws|Type Parameters) /;

/** A function or a member is one section, with its parameters and errors, and only on the page of the class that declares it. */
function sectionsOfReference(html) {
  return html
    .split(/(?=<h[1-3] )/)
    .filter((section) => !/<h[4-6] [^>]*>Inherited from /.test(section))
    .join('')
    .replaceAll(/<h([2-6]) [^>]*>(.*?)<a .*?<\/a><\/h\1>/gs, (heading, level, text) =>
      Number(level) > 3 || PARTS.test(text) ? `<p>${text}</p>` : heading,
    );
}

export const search = { provider: 'local', options: { miniSearch: { options, searchOptions }, _render } };
