import axe from 'axe-core';
import { act } from '@testing-library/react';

/**
 * What axe finds wrong in the document, one line a finding. Contrast is measured in the token test: there is no layout
 * here. What react-aria keeps for announcing is its own: it may point at a button that is gone.
 */
export async function axeFindings(): Promise<readonly string[]> {
  let results: axe.AxeResults | undefined;
  await act(async () => {
    results = await axe.run({ include: [['html']], exclude: [['[data-live-announcer]']] }, {
      // Of all that is right it would make a selector for each element.
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'color-contrast': { enabled: false }, 'target-size': { enabled: false }, 'document-title': { enabled: false } },
    });
  });
  if (results === undefined) throw new Error('axe gave nothing');
  return results.violations.map((finding) => `${finding.id}: ${finding.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
}
