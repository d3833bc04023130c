// @vitest-environment jsdom
import { render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { CutLine } from '../../../../renderer/ui/cut-line';

const parts = (line: string): (string | null)[] => {
  const { container } = render(<CutLine line={line} />);
  expect(container.textContent).toBe(line);
  return [...container.querySelectorAll('.cut-line > span')].map(({ textContent }) => textContent);
};

describe('a line that may be too long for its place', () => {
  it('keeps the end of a file’s name, where what kind it says it is stands, in whole signs', () => {
    expect(parts('File: holiday picture of the harbour.jpg.exe')).toEqual(['File: holiday picture of the', ' harbour.jpg.exe']);
    expect(parts('holiday 👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧.png')).toEqual(['holiday 👩‍👩‍👧', '👩‍👩‍👧👩‍👩‍👧.png']);
  });

  it('is one piece where it is short, or no name', () => {
    for (const line of ['a.png', 'See you at five? I will bring the papers and the good pen.', '']) expect(parts(line)).toEqual([]);
  });
});
