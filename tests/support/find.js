// What a person would mean: a CSS selector, or the words that they read on a control or beside it.
(() => {
  const words = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const shown = (element) => element.getClientRects().length > 0;
  const css = (selector) => {
    try { return [...document.querySelectorAll(selector)]; } catch { return []; }
  };
  const best = (candidates, said, wanted) =>
    candidates.find((one) => said(one) === wanted) ?? candidates.find((one) => said(one).includes(wanted));

  // An input's words are its value; a button without any is named by its label.
  const said = (element) =>
    words(element.tagName === 'INPUT' ? element.value : element.innerText || element.getAttribute('aria-label'));
  const clickable = 'a[href], button, summary, label, input[type=submit], [role=button], [role=tab], [role=menuitem]';
  const control = (wanted) => css(wanted).find(shown) ?? best(css(clickable).filter(shown), said, wanted);

  const field = (wanted) =>
    css(`[name="${CSS.escape(wanted)}"]`).find((one) => one.type !== 'hidden')
    ?? best(css('label').filter((label) => label.control), said, wanted)?.control
    ?? css(`[aria-label="${CSS.escape(wanted)}"]`)[0]
    ?? css(wanted).find(shown);

  const put = (element, value) => {
    element.value = value;
    element.dispatchEvent(new Event('input', { bubbles: true }));
    element.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  };

  return {
    // Where to click, once nothing covers it and it has stayed where it is.
    point: (wanted) => {
      const element = control(wanted);
      if (!element) return null;
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const box = element.getClientRects()[0];
      const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      const before = element.asked;
      element.asked = point;
      if (before?.x !== point.x || before?.y !== point.y) return null;
      const top = document.elementFromPoint(point.x, point.y);
      return top && (element.contains(top) || top.contains(element)) ? point : null;
    },
    fill: (wanted, value) => {
      const element = field(wanted);
      if (!element || element.disabled) return false;
      element.focus();
      return put(element, value);
    },
    focus: (wanted) => {
      const element = field(wanted);
      element?.focus();
      return Boolean(element);
    },
    select: (wanted, choice) => {
      const element = field(wanted);
      const options = [...(element?.options ?? [])];
      const chosen = best(options, (one) => words(one.text), choice) ?? options.find((one) => one.value === choice);
      return chosen ? put(element, chosen.value) : false;
    },
    present: (wanted) => css(wanted).some(shown) || words(document.body?.innerText).includes(words(wanted)),
  };
})()
