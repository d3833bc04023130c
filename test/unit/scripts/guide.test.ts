import { describe, expect, test } from 'vitest';
import { alike, pageOf } from '../../../scripts/lib/guide.mjs';

const page = (body: string) => pageOf(`# Title\n\n${body}`, 'docs/a.md');

describe('documents of the help', () => {
  test('become parts: headings, paragraphs, lists with what belongs to them, tables, code', () => {
    expect(
      page(['Lead, over', 'two lines.', '', '[One](#one) · [Two](#two)', '', '## One `thing`', '', '1. **Bold**, then', '   more.', '', '   ```sh', '   run', '   ```', '2. *soft*', '', '### Deep', '', '| | b |', '|---|---|', '| x | [y](keys.md#z) |', '', '![Picture](a.png)', '', '- a', '- b'].join('\n')),
    ).toEqual({
      title: 'Title',
      lead: [{ kind: 'text', spans: ['Lead, over two lines.'] }],
      sections: [
        {
          id: 'one-thing',
          spans: ['One ', { code: 'thing' }],
          blocks: [
            { kind: 'list', ordered: true, items: [[{ kind: 'text', spans: [{ strong: ['Bold'] }, ', then more.'] }, { kind: 'code', text: 'run' }], [{ kind: 'text', spans: [{ soft: ['soft'] }] }]] },
            { kind: 'heading', id: 'deep', spans: ['Deep'] },
            { kind: 'table', head: [[], ['b']], rows: [[['x'], [{ link: ['y'], page: 'keys.md', anchor: 'z' }]]] },
            { kind: 'list', ordered: false, items: [[{ kind: 'text', spans: ['a'] }], [{ kind: 'text', spans: ['b'] }]] },
          ],
        },
      ],
    });
  });

  test.each([
    ['> quoted', 'has no form'],
    ['<b>markup</b>', 'has no form'],
    ['    indented', 'has no form'],
    ['* star', 'has no form'],
    ['```\nopen', 'does not end'],
    ['| a |\n| b |', 'begins no table'],
    ['| a | b |\n|---|---|\n| c |', 'rows of different lengths'],
    ['- a\n1. b', 'two kinds of lists'],
    ['# Again', 'second title'],
  ])('%j stops the build', (body, why) => {
    expect(() => page(body)).toThrow(why);
  });

  test('lines that end as Git writes them on Windows say the same', () => {
    const text = '# Title\n\nLead, over\ntwo lines.\n\n## One\n\n- a\n  more\n- b\n\n| | b |\n|---|---|\n| x | y |\n\n```sh\nrun\n  it\n```\n';
    expect(pageOf(text.replaceAll('\n', '\r\n'), 'docs/a.md')).toEqual(pageOf(text, 'docs/a.md'));
  });

  test('a document begins with its title', () => {
    expect(() => pageOf('words', 'docs/a.md')).toThrow('docs/a.md: it has to begin with its title');
  });

  test('a translation has the same parts, and its places have the names of the original', () => {
    const original = page('## One\n\n- a\n- b\n\n### In it\n\nsee [it](#in-it)');
    const german = pageOf('# Titel\n\n## Eins\n\n- a\n- b\n\n### Darin\n\nsiehe [es](#darin)', 'docs/a.de.md');
    expect(alike(original, german, 'docs/a.de.md').sections).toEqual([
      { id: 'one', spans: ['Eins'], blocks: [{ kind: 'list', ordered: false, items: german.sections[0]?.blocks[0]?.kind === 'list' ? german.sections[0].blocks[0].items : [] }, { kind: 'heading', id: 'in-it', spans: ['Darin'] }, { kind: 'text', spans: ['siehe ', { link: ['es'], page: '', anchor: 'in-it' }] }] },
    ]);
    expect(() => alike(original, pageOf('# T\n\n## Eins\n\n- a\n\n### Darin\n\nx', 'd'), 'd')).toThrow('“One” has other parts than the original');
    expect(() => alike(original, pageOf('# T\n\n## Eins\n\n- a\n- b\n\n### Darin\n\nx\n\n## Zwei', 'd'), 'd')).toThrow('more parts');
  });
});
