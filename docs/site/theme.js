// Light or dark. Runs before anything is drawn, so that a page does not flash. Without a choice of the reader's the system
// decides, by CSS alone (colors.css).
(function () {
  'use strict';
  const root = document.documentElement;
  const system = window.matchMedia('(prefers-color-scheme: dark)');

  // A browser may refuse storage, to a page that is a file for instance. The choice then holds for one page.
  function remembered() {
    try { return localStorage.getItem('cojob-theme'); } catch (error) { return null; }
  }
  function remember(theme) {
    try {
      if (theme) localStorage.setItem('cojob-theme', theme);
      else localStorage.removeItem('cojob-theme');
    } catch (error) { /* as above */ }
  }

  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : system.matches;
  }
  function choose(theme) {
    if (theme === 'dark' || theme === 'light') root.dataset.theme = theme;
    else delete root.dataset.theme;
  }

  root.classList.add('js'); // what needs scripts is shown
  choose(remembered());

  document.addEventListener('DOMContentLoaded', function () {
    const button = document.getElementById('theme');
    const show = function () { button.setAttribute('aria-pressed', String(isDark())); };
    button.addEventListener('click', function () {
      const dark = !isDark();
      const choice = dark === system.matches ? null : dark ? 'dark' : 'light'; // none: it follows the system again
      choose(choice);
      remember(choice);
      show();
    });
    system.addEventListener('change', show);
    show();
  });
})();
