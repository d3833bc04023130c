// jsdom matches its style sheet anew for every question, and whoever asks by role asks of every element: that was more than half of the time of the window's
// tests. No style sheet of ours is here, so what an element says itself, and what its kind is, is all there is to know.
const unseen = new Set(['area', 'base', 'datalist', 'head', 'link', 'meta', 'script', 'style', 'template', 'title']);
const inline = new Set(['a', 'abbr', 'b', 'bdi', 'bdo', 'br', 'cite', 'code', 'em', 'i', 'img', 'kbd', 'label', 'mark', 'q', 's', 'samp', 'small', 'span', 'strong', 'sub', 'sup', 'svg', 'time', 'u', 'var', 'wbr']);
const inlineBlock = new Set(['button', 'input', 'meter', 'progress', 'select', 'textarea']);

function displayOf(element: Element): string {
  if (element.hasAttribute('hidden') || unseen.has(element.localName)) return 'none';
  if (inline.has(element.localName)) return 'inline';
  return inlineBlock.has(element.localName) ? 'inline-block' : 'block';
}

/** The style of an element as its own attribute has it, with the display of its kind. */
function styleOf(element: Element): CSSStyleDeclaration {
  const own = (element instanceof HTMLElement || element instanceof SVGElement ? element : document.createElement('span')).style;
  const valueOf = (name: string): string => {
    if (name === 'display') return own.display === '' ? displayOf(element) : own.display;
    if (name === 'visibility') return own.visibility === '' ? 'visible' : own.visibility;
    return own.getPropertyValue(name);
  };
  return new Proxy(own, {
    get: (style, name) => {
      if (name === 'display' || name === 'visibility') return valueOf(name);
      if (name === 'getPropertyValue') return valueOf;
      const value: unknown = Reflect.get(style, name, style);
      return typeof value === 'function' ? value.bind(style) : value;
    },
  });
}

window.getComputedStyle = styleOf;
