// What has too little contrast by WCAG 2 AA (4.5 for texts, 3 for large ones and for the lines of charts): one line each.
(() => {
  const parse = (text) => (text.match(/[\d.]+/g) || []).map(Number);
  const luminance = ([r, g, b]) => {
    const linear = [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };
  const groundOf = (each) => {
    for (; each; each = each.parentElement) {
      const ground = parse(getComputedStyle(each).backgroundColor);
      if (ground.length === 3 || ground[3] > 0.99) return ground;
    }
    return [255, 255, 255];
  };
  const faults = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const each = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || !each.checkVisibility() || each.closest('script,noscript,[disabled]')) continue;
    const style = getComputedStyle(each);
    const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.6 && style.fontWeight >= 600);
    const found = ratio(parse(style.color), groundOf(each));
    if (found < (large ? 3 : 4.5)) faults.add(`${found.toFixed(2)} in ${texts.currentNode.data.trim().slice(0, 40)}`);
  }
  const ground = groundOf(document.body);
  for (const name of ['blue', 'orange', 'red', 'green', 'grey', 'violet']) {
    const probe = document.createElement('i');
    probe.style.color = `var(--${name})`;
    document.body.append(probe);
    const found = ratio(parse(getComputedStyle(probe).color), ground);
    probe.remove();
    if (found < 3) faults.add(`${found.toFixed(2)} of line ${name}`);
  }
  return [...faults];
})()
