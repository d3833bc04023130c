import { useEffect } from 'react';
import { lookOf } from '../../shared/model/look';
import { useSettings } from './model-context';

/** What was chosen about looks, on the page's root for the style sheets. What is left to the system is not there, so that nothing flashes. */
export function useLook(): void {
  const settings = useSettings((state) => state.settings);
  const { theme, contrast } = lookOf(settings);
  const { density, motion, textSize, wholeList } = settings;
  useEffect(() => {
    const { dataset, style } = document.documentElement;
    const put = (name: string, value: string, usual: string): void => {
      if (value === usual) delete dataset[name];
      else dataset[name] = value;
    };
    put('theme', theme, 'system');
    put('contrast', contrast, 'system');
    put('density', density, 'comfortable');
    put('motion', motion, 'system');
    put('lists', wholeList ? 'whole' : 'shown', 'shown');
    // `html` of base.css makes letters of it.
    if (textSize === 100) style.removeProperty('--text-size');
    else style.setProperty('--text-size', `${textSize}%`);
  }, [theme, contrast, density, motion, textSize, wholeList]);
}
