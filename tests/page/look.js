// What is cut off, sticks out of the page without a scroller around it, or lies over its neighbour: one line each.
(() => {
  const faults = [];
  const wide = document.documentElement.scrollWidth;
  if (wide > innerWidth + 1) faults.push(`the page is ${wide} wide, more than ${innerWidth}`);
  const shown = [...document.querySelectorAll('h1,h2,h3,p,li,dt,dd,button,figcaption,th,td,.legend span')]
    .filter((each) => each.checkVisibility() && each.textContent.trim());
  for (const each of shown) {
    const box = each.getBoundingClientRect();
    if (!each.closest('.scroll') && (box.left < -1 || box.right > innerWidth + 1)) {
      faults.push(`sticks out: ${each.textContent.slice(0, 60)}`);
    }
    if (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline' && each.clientWidth > 0 &&
        each.matches('dd,dt,button,figcaption')) faults.push(`is cut: ${each.textContent.slice(0, 60)}`);
  }
  for (const plot of document.querySelectorAll('.plot')) {
    const labels = [...plot.querySelectorAll('.dygraph-axis-label-x')].map((each) => {
      const range = document.createRange();
      range.selectNodeContents(each);
      return range.getBoundingClientRect();
    }).sort((a, b) => a.left - b.left);
    for (let i = 1; i < labels.length; ++i) {
      if (labels[i].left < labels[i - 1].right) faults.push(`labels overlap below ${plot.getAttribute('aria-label')}`);
    }
  }
  return faults;
})()
