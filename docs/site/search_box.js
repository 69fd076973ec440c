// The search field: a combobox whose list has the sections that search_rank.js finds. The index is loaded when the field is
// first used; as a script, because a page that is a file may not fetch.
(function () {
  'use strict';
  const base = document.currentScript.src;
  const field = document.getElementById('search');
  const list = document.getElementById('found');
  const status = document.getElementById('found-status');
  const panel = document.getElementById('found-panel');
  let entries = null;
  let loading = false;
  let chosen = -1;

  function load() {
    if (entries || loading) return;
    loading = true;
    const script = document.createElement('script');
    script.src = new URL('search_index.js', base).href;
    script.onload = function () {
      entries = cojob_search.prepared(cojob_pages);
      show();
    };
    script.onerror = function () {
      loading = false;
      status.textContent = 'The search index cannot be loaded.';
    };
    document.head.append(script);
  }

  function element(name, kind, ...content) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    made.append(...content);
    return made;
  }

  function marked(pieces) {
    return pieces.map(function (piece) { return piece[1] ? element('mark', '', piece[0]) : piece[0]; });
  }

  function option(result, place, words) {
    const made = element('a', 'found-one');
    const name = element('span', 'found-name', ...marked(cojob_search.excerpt(result.heading || result.title, words, 200)));
    const where = result.heading ? `${result.group} › ${result.title}` : result.group;
    made.id = `found-${place}`;
    made.href = new URL(result.address, base).href;
    made.tabIndex = -1;
    made.setAttribute('role', 'option');
    made.setAttribute('aria-selected', 'false');
    made.append(name, ' ', element('span', 'found-where', where), element('span', 'found-text', ...marked(result.excerpt)));
    return made;
  }

  function choose(place) {
    if (list.children[chosen]) list.children[chosen].setAttribute('aria-selected', 'false');
    chosen = place;
    const option = list.children[chosen];
    if (!option) {
      field.removeAttribute('aria-activedescendant');
      return;
    }
    option.setAttribute('aria-selected', 'true');
    option.scrollIntoView({ block: 'nearest' });
    field.setAttribute('aria-activedescendant', option.id);
  }

  function close() {
    panel.hidden = true;
    field.setAttribute('aria-expanded', 'false');
    choose(-1);
  }

  function summary(found, query) {
    if (!found.results.length) return `No results for “${query}”.`;
    if (found.isPartial) return 'No section has all of these words. These have some:';
    if (found.total > found.results.length) return `The first ${found.results.length} of ${found.total} results`;
    return found.total === 1 ? '1 result' : `${found.total} results`;
  }

  function show() {
    const query = field.value.trim();
    const words = cojob_search.wordsOf(query);
    if (!words.length || document.activeElement !== field) {
      close();
      return;
    }
    panel.hidden = false;
    if (!entries) {
      status.textContent = 'Loading …';
      return;
    }
    const found = cojob_search.search(entries, query);
    list.replaceChildren(...found.results.map(function (result, place) { return option(result, place, words); }));
    list.hidden = !found.results.length;
    status.textContent = summary(found, query);
    field.setAttribute('aria-expanded', String(found.results.length > 0));
    chosen = -1;
    choose(found.results.length ? 0 : -1);
    panel.scrollTop = 0;
  }

  function move(step) {
    const count = list.children.length;
    if (panel.hidden) show();
    else if (count) choose((chosen + step + count) % count);
  }

  field.addEventListener('focus', function () { load(); show(); });
  field.addEventListener('input', function () { load(); show(); });
  field.addEventListener('keydown', function (event) {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && !panel.hidden && list.children[chosen]) list.children[chosen].click();
    else if (event.key === 'Escape' && !panel.hidden) close();
    else if (event.key === 'Escape') field.blur();
    else return;
    event.preventDefault();
  });
  list.addEventListener('mousedown', function (event) { event.preventDefault(); }); // the field keeps the focus, the list stays
  list.addEventListener('click', function () { field.blur(); }); // the address may be of this page
  field.addEventListener('blur', close);

  document.addEventListener('keydown', function (event) {
    const writes = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable;
    if (event.key !== '/' || writes || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    field.focus();
    field.select();
  });

  // A link to a search: index.html?q=restart
  const asked = new URLSearchParams(location.search).get('q');
  if (asked) {
    field.value = asked;
    field.focus();
  }
})();
