import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { htmlToText, safeHtml } from './safe-html.ts';

const rows: readonly (readonly [name: string, html: string, safe: string])[] = [
  [
    'text and tables stay',
    '<p>A <b>b</b></p><table><tr><td colspan="2">c</td></tr></table>',
    '<p>A <b>b</b></p><table><tr><td colspan="2">c</td></tr></table>',
  ],
  ['scripts go with their content', 'a<script>alert(1)</script>b', 'ab'],
  ['an unclosed script takes the rest', 'a<script>alert(1)', 'a'],
  [
    'styles, frames and forms go',
    '<style>x</style><iframe src="x">y</iframe><form><input name="a"></form>z',
    'z',
  ],
  ['handlers and styles of elements go', '<p onclick="x()" style="color:red">a</p>', '<p>a</p>'],
  ['links become their text', '<a href="javascript:x()">a</a>', 'a'],
  ['pictures go', '<img src="x" onerror="y()">a', 'a'],
  ['vector graphics go with what they hold', '<svg><script>x</script></svg>a', 'a'],
  ['comments go', 'a<!-- <script>x</script> -->b', 'ab'],
  ['what is left open is closed', '<ul><li>a', '<ul><li>a</li></ul>'],
  ['crossed elements are nested', '<b><i>a</b></i>', '<b><i>a</i></b>'],
  ['a stray close goes', 'a</div>b', 'ab'],
  ['lone signs are text', '1 < 2 & 3 > 2', '1 &#60; 2 &amp; 3 &#62; 2'],
  ['references to characters stay', '&amp; &lt; &#163;', '&amp; &lt; &#163;'],
  ['a tag in a quoted attribute is no tag', '<p title="<script>x</script>">a</p>', '<p>a</p>'],
];

for (const [name, html, safe] of rows) {
  test(`HTML made safe: ${name}`, () => assert.equal(safeHtml(html), safe));
}

test('whatever comes in, nothing active comes out, and a second pass changes nothing', () => {
  const piece = fc.constantFrom(
    ...[
      '<',
      '>',
      '"',
      "'",
      '/',
      '=',
      '&',
      'script',
      '<script',
      '</script>',
      ' onerror=',
      '<p ',
      '</p>',
      '<!--',
    ],
    ...['-->', '<svg>', '<![CDATA[', ']]>', 'a', ' ', '&lt;', '<b>', '</b>', '<style>', 'javascript:'],
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
      const safe = safeHtml(pieces.join(''));
      assert.doesNotMatch(safe, /<(?!\/?(?:p|b)>)/);
      assert.equal(safeHtml(safe), safe);
    }),
    { numRuns: 2000 },
  );
});

test('a text made to be slow is not', () => {
  for (const piece of ['<a', '<a "', '<!--', '<td aaaa', '</', '<script>', '&', '<td a="']) {
    const long = piece.repeat(400_000);
    assert.ok(safeHtml(long).length <= long.length * 6);
  }
});

test('HTML as text keeps lines and characters', () => {
  assert.equal(htmlToText('<p>A &amp; B</p><p>1 &lt; 2</p>'), 'A & B\n1 < 2');
});
