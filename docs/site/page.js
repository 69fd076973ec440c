// Marks the current page in the navigation, gives every heading a link to itself, and every block of code a button that copies it.
(function () {
  'use strict';

  // A program and a class have no line of their own in the navigation: their list is marked.
  const file = location.pathname.split('/').pop() || 'index.html';
  const listed = /-example\.html$/.test(file) ? 'programs.html' : /^(class|struct)/.test(file) ? 'annotated.html'
    : /^namespace/.test(file) ? 'namespaces.html' : /^concept/.test(file) ? 'concepts.html' : file;
  for (const link of document.querySelectorAll('#pages a')) {
    if (link.getAttribute('href').split('/').pop() === listed) link.setAttribute('aria-current', listed === file ? 'page' : 'true');
  }
  const current = document.querySelector('#pages a[aria-current]');
  const contents = document.getElementById('contents');
  if (current && current.offsetTop > contents.clientHeight - 60) contents.scrollTop = current.offsetTop - contents.clientHeight / 2;

  for (const anchor of document.querySelectorAll('.textblock a.anchor[id]')) {
    if (!/^H[1-4]$/.test(anchor.parentElement.tagName)) continue;
    const link = document.createElement('a');
    link.className = 'here';
    link.href = `#${anchor.id}`;
    link.textContent = '#';
    link.setAttribute('aria-label', 'Link to this section');
    anchor.parentElement.append(link);
  }

  function textOf(block) {
    const lines = block.querySelectorAll('div.line');
    const text = lines.length ? Array.from(lines, function (line) { return line.textContent; }).join('\n') : block.textContent;
    return text.replace(/\u00a0/g, ' ').replace(/[ \t]+$/gm, '').replace(/\n*$/, '\n');
  }

  // Where navigator.clipboard is missing or refused, as in a page that is a file in some browsers.
  function copyByHand(text) {
    const area = document.createElement('textarea');
    area.value = text;
    area.setAttribute('readonly', '');
    area.className = 'off-screen';
    document.body.append(area);
    area.select();
    let done = false;
    try { done = document.execCommand('copy'); } catch (error) { /* not done */ }
    area.remove();
    return done;
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      return copyByHand(text);
    }
  }

  for (const block of document.querySelectorAll('main div.fragment, main pre.fragment')) {
    const box = document.createElement('div');
    const button = document.createElement('button');
    let back = 0;
    box.className = 'code-box';
    button.type = 'button';
    button.className = 'copy';
    button.textContent = 'Copy';
    button.setAttribute('aria-live', 'polite');
    button.addEventListener('click', async function () {
      button.textContent = await copy(textOf(block)) ? 'Copied' : 'Not copied';
      button.focus();
      clearTimeout(back);
      back = setTimeout(function () { button.textContent = 'Copy'; }, 2000);
    });
    block.replaceWith(box);
    box.append(block, button);
  }
})();
