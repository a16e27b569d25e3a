// What a person would mean: a CSS selector, or the words that they read on a control or beside it.
(() => {
  const words = (text) => (text || '').replace(/\s+/g, ' ').trim();
  const shown = (element) => element.getClientRects().length > 0;
  const css = (selector) => {
    try { return [...document.querySelectorAll(selector)]; } catch { return []; }
  };
  const best = (candidates, name, wanted) =>
    candidates.find((one) => name(one) === wanted) ?? candidates.find((one) => name(one).includes(wanted));

  const clickable = 'a[href], button, summary, label, input[type=submit], input[type=button], [role=button], [role=link], [role=tab], [role=menuitem]';
  const spoken = (element) => words(element.getAttribute('aria-label') || element.value || element.innerText);
  const control = (wanted) =>
    css(wanted).find(shown) ?? best(css(clickable).filter(shown), (one) => one.tagName === 'INPUT' ? spoken(one) : words(element_text(one)), wanted);
  const element_text = (element) => element.innerText || element.getAttribute('aria-label');

  const field = (wanted) => {
    const named = css(`[name="${CSS.escape(wanted)}"]`).find((one) => one.type !== 'hidden');
    const labelled = best(css('label').filter((label) => label.control), (label) => words(label.innerText), wanted)?.control;
    return named ?? labelled ?? css(`[aria-label="${CSS.escape(wanted)}"]`)[0] ?? css(wanted).find(shown);
  };

  const told = (element) => {
    element.dispatchEvent(new Event('input', { bubbles: true }));
    element.dispatchEvent(new Event('change', { bubbles: true }));
    return true;
  };

  return {
    point: (wanted) => {
      const element = control(wanted);
      if (!element) return null;
      element.scrollIntoView({ block: 'center', inline: 'center', behavior: 'instant' });
      const box = element.getClientRects()[0];
      const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      const top = document.elementFromPoint(point.x, point.y);
      return top && (element.contains(top) || top.contains(element)) ? point : null;
    },
    fill: (wanted, value) => {
      const element = field(wanted);
      if (!element || element.disabled) return false;
      element.focus();
      element.value = value;
      return told(element);
    },
    focus: (wanted) => {
      const element = field(wanted);
      element?.focus();
      return Boolean(element);
    },
    select: (wanted, choice) => {
      const element = field(wanted);
      const option = element && best([...(element.options ?? [])], (one) => words(one.text), choice);
      const chosen = option ?? [...(element?.options ?? [])].find((one) => one.value === choice);
      if (!chosen) return false;
      element.value = chosen.value;
      return told(element);
    },
    present: (wanted) => css(wanted).some(shown) || words(document.body?.innerText).includes(words(wanted)),
  };
})()
