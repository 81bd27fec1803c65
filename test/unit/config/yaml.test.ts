import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatProblem } from '../../../src/config/problem.ts';
import { parseYaml } from '../../../src/config/yaml.ts';

const lines = (text: string) => parseYaml(text, 'f.yaml').problems.map(formatProblem);
const brackets = (count: number) => '['.repeat(count);

describe('what is no YAML', () => {
  it.each([
    ['nothing', '', 'f.yaml:1: the file is empty'],
    ['only a comment', '# hm\n', 'f.yaml:1: the file is empty'],
    ['a tab', 'a:\n\tb: 1', 'f.yaml:2: indent with spaces, not with tabs'],
    [
      'two keys on a line',
      'a: b: c',
      'f.yaml:1: a second "key: value" on one line; put it on its own line, or the value in quotes',
    ],
    [
      'no space after the colon',
      'a:b\nc: d',
      'f.yaml:1: expected "key: value"; is the colon, or the space after it, missing?',
    ],
    ['an open quote', 'a: 1\nb: "c\nd: 2\n', 'f.yaml:2: the quote that opens here is not closed'],
    [
      'a missing comma',
      'a: ["b" "c"]',
      'f.yaml:1: a bracket, comma or the space after a colon is missing here',
    ],
    [
      'an unknown tag',
      'a: 1\nb: !secret c',
      'f.yaml:2: this !tag is not known; if a ! begins a value, put the value in quotes',
    ],
    [
      'a reserved character',
      'a: @b',
      'f.yaml:1: a value may not begin with this character unless it is in quotes',
    ],
    [
      'a bad escape',
      'a: "\\q"',
      'f.yaml:1: this backslash sequence is not known; in double quotes write \\\\ for a backslash',
    ],
    ['two documents', 'a: 1\n---\nb: 2', 'f.yaml:2: a second document begins here; a file may hold only one'],
    ['a repeated key', 'a: 1\nb: 2\na: 3', 'f.yaml:3: the key "a" is given twice in this section'],
    [
      'a repeated key inside',
      'a:\n  - b: 1\n    b: 2',
      'f.yaml:3: a[0]: the key "b" is given twice in this section',
    ],
    [
      'a merge key',
      'x: &x { a: 1 }\ny:\n  <<: *x',
      'f.yaml:3: y: merge keys (<<) are not read; write the keys out',
    ],
    ['a list as key', '? [a]\n: b', 'f.yaml:1: a key must be plain text'],
    ['a key for the prototype', '__proto__: 1', 'f.yaml:1: this word cannot be a key'],
    ['an unknown alias', 'a: *b', 'f.yaml:1: a: this *alias names no &anchor above it'],
    ['a value that contains itself', 'a: &a [*a]', 'f.yaml:1: a[0]: this *alias names no &anchor above it'],
    ['deep brackets', brackets(40), 'f.yaml:1: is nested more than 32 levels deep'],
  ])('%s', (_, text, expected) => {
    expect(lines(text)).toEqual([expected]);
  });

  it.each([brackets(1_000_000), '{a: '.repeat(200_000), '- '.repeat(500_000), '? '.repeat(400_000)])(
    'refuses endless nesting before anything recurses (%#)',
    (text) => {
      expect(lines(text)).toEqual(['f.yaml:1: is nested more than 32 levels deep']);
    },
  );

  it('bounds the growth through aliases of aliases', () => {
    const levels = Array.from({ length: 20 }, (_, n) => `l${n + 1}: &l${n + 1} [*l${n}, *l${n}, *l${n}]`);
    expect(lines(['l0: &l0 [1]', ...levels].join('\n'))).toEqual([
      'f.yaml:1: the file has more than 100000 values',
    ]);
  });

  it('reports at most twenty syntax errors', () => {
    expect(lines('}\n'.repeat(1000)).length).toBeLessThanOrEqual(20);
  });
});

describe('what is YAML 1.2', () => {
  it('reads the core schema and nothing of YAML 1.1', () => {
    const text = 'a: yes\nb: 0o17\nc: 010\nd: 12:30:00\ne: ~\nf: 2026-01-01\n010: key';
    expect(parseYaml(text, 'f').value).toEqual({
      a: 'yes',
      b: 15,
      c: 10,
      d: '12:30:00',
      e: null,
      f: '2026-01-01',
      '010': 'key',
    });
    expect(parseYaml('%YAML 1.1\n---\na: yes', 'f').value).toEqual({ a: 'yes' });
  });

  it('knows where keys and items stand, also through aliases, and else the section around', () => {
    const { value, positionOf } = parseYaml('a: &x\n  b: 1\nc:\n  - 2\n  - *x\n', 'f');
    expect(value).toEqual({ a: { b: 1 }, c: [2, { b: 1 }] });
    expect(positionOf(['a', 'b'])).toEqual({ line: 2, column: 3 });
    expect(positionOf(['c', 0])).toEqual({ line: 4, column: 5 });
    expect(positionOf(['c', 1, 'b'])).toEqual({ line: 2, column: 3 });
    expect(positionOf(['c', 'nowhere'])).toEqual({ line: 3, column: 1 });
    expect(positionOf([])).toEqual({ line: 1, column: 1 });
  });

  it('counts lines that end as on Windows', () => {
    expect(parseYaml('a: 1\r\nb: 2\r\n', 'f').positionOf(['b'])).toEqual({ line: 2, column: 1 });
  });
});

const yamlish = fc
  .array(
    fc.constantFrom(
      'a',
      ': ',
      '\n',
      '  ',
      '- ',
      '[',
      ']',
      '{',
      '}',
      '&a ',
      '*a',
      '!t ',
      '"',
      "'",
      '|',
      '>',
      '#',
      '%',
      '? ',
      '---\n',
      '\t',
      '\r\n',
      '<<',
      '\0',
      '\\',
      ',',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''));

it('never throws, whatever the text', () => {
  fc.assert(
    fc.property(fc.oneof(yamlish, fc.string({ unit: 'binary' })), (text) => {
      const { value, problems } = parseYaml(text, 'f');
      if (value === undefined) expect(problems).not.toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
