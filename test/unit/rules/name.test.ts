import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVisible, normalizeName } from '../../../src/rules/name.ts';

describe('a name', () => {
  test.each([
    ['zero width space', '\u200b'],
    ['zero width joiner', '\u200d'],
    ['soft hyphen', '\u00ad'],
    ['byte order mark', '\ufeff'],
    ['right-to-left override', '\u202e'],
    ['variation selector', '\ufe0f'],
    ['Hangul filler', '\u3164'],
    ['combining grapheme joiner', '\u034f'],
    ['tag letter', '\u{e0041}'],
    ['blank Braille pattern', '\u2800'],
  ])('with %s has an invisible character', (_, character) => {
    expect(isVisible(`MPAN${character}1`)).toBe(false);
  });

  test.each(['MPAN-1', 'Société Générale', 'Åsa Vindkraft', 'Аккорд', '風力発電 1', 'a  b\t'])(
    'such as %j has none',
    (name) => {
      expect(isVisible(name)).toBe(true);
    },
  );

  test.each([
    ['  Two \t\n words ', 'Two words'],
    ['No\u00a0break\u2003space', 'No break space'],
    ['ＭＰＡＮ－１', 'MPAN-1'],
    ['ﬁle №4', 'file No4'],
    ['e\u0301', 'é'],
    ['\u00a0', ''],
  ])('%j is normalized to %j', (text, normal) => {
    expect(normalizeName(text)).toBe(normal);
  });

  test('that is normalized does not change', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const name = normalizeName(text);
        expect(normalizeName(name)).toBe(name);
      }),
    );
  });
});
