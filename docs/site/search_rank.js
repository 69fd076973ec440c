// Finds the sections of search_index.js that a query asks for, the best first. ES5 and without the browser, so that
// tools/check_search can run this file as it is with Node.js or with duk, which is small.

var cojob_search = (function () {
  'use strict';

  // Of two equal matches the guide's comes first.
  var weights = { Guide: 1, Example: 0.7, Design: 0.75, Reference: 0.7, Project: 0.6 };
  var NAMES = 0.9, MEMBERS = 0.65; // classes and free functions; members of classes, and enumerators
  var MOST = 20, MOST_OF_ONE_PAGE = 2;

  function escaped(word) { return word.replace(/[.*+?^${}()|[\]\\\/-]/g, '\\$&'); }

  // "retries" finds "retry", "cancelling" finds "cancellation".
  function stem(word) {
    var short = word.replace(/(?:ations?|ings?|ies|ied|ed|es|e|s|y)$/, '');
    return short.length >= 4 ? short : word;
  }

  // A word of the query as patterns from the best kind of match to the weakest. An underscore separates words.
  function patterns(word) {
    var start = '(?:^|[^a-z0-9])', end = '(?![a-z0-9])';
    var kinds = [
      { points: 1, pattern: new RegExp(start + escaped(word) + end) },
      { points: 0.75, pattern: new RegExp(start + escaped(word)) },
      { points: 0.6, pattern: new RegExp(start + escaped(stem(word))) },
      { points: word.length > 2 ? 0.25 : 0, pattern: new RegExp(escaped(word)) }
    ];
    kinds.isQualified = word.indexOf('::') > 0;
    return kinds;
  }

  function wordsOf(query) {
    return query.toLowerCase().split(/[\s,;"'`()<>]+/).filter(function (word) { return /[a-z0-9]/.test(word); });
  }

  function match(field, kinds) {
    for (var i = 0; i < kinds.length; ++i)
      if (kinds[i].points && kinds[i].pattern.test(field)) return kinds[i].points;
    return 0;
  }

  // A text that has a word five times is rather about it than one that has it once.
  function often(field, kinds) {
    return Math.log(field.split(kinds[1].pattern).length) * 0.4;
  }

  // Lower case once, with the first search.
  function prepared(pages) {
    var entries = [];
    pages.forEach(function (page) {
      page[3].forEach(function (section, place) {
        var isName = !(page[1] in weights), isFirst = !section[0] && place === 0;
        var isMember = isName && !isFirst && (page[1] !== 'Namespace' || section[0].indexOf('::') >= 0);
        entries.push({
          title: page[0], group: page[1], heading: section[0], address: page[2] + (section[1] ? '#' + section[1] : ''), text: section[2],
          page: page[2], weight: isMember ? MEMBERS : isName ? NAMES : weights[page[1]], isFirst: isFirst, isName: isName && !isMember,
          lowName: (page[0] + '::' + section[0]).toLowerCase(),
          lowTitle: page[0].toLowerCase(), lowHeading: section[0].toLowerCase(), lowText: section[2].toLowerCase()
        });
      });
    });
    return entries;
  }

  // [how many words of the query the entry has, points]. A page's title counts in full for its first section alone.
  function rate(entry, words, phrase) {
    var found = 0, points = 0;
    words.forEach(function (kinds) {
      var title = match(entry.lowTitle, kinds) * (entry.isFirst ? 10 : 3);
      var heading = match(kinds.isQualified ? entry.lowName : entry.lowHeading, kinds) * 8;
      var text = match(entry.lowText, kinds) * 3;
      if (text) text += often(entry.lowText, kinds);
      var best = Math.max(title, heading, text);
      if (best > 0) {
        found += 1;
        points += best + (title + heading + text - best) / 4;
      }
    });
    var name = entry.isFirst ? entry.lowTitle : entry.lowHeading;
    if ((name === phrase && entry.weight !== MEMBERS) || (entry.isName && name.split('::').pop() === phrase)) points += 8;
    if (words.length > 1 && (name + ' ' + entry.lowText).indexOf(phrase) >= 0) points += 3;
    return [found, points * entry.weight];
  }

  // A text as pieces [text, whether a word of the query], around the first match.
  function excerpt(text, words, length) {
    var any = new RegExp('(' + words.map(function (word) { return escaped(word) + '|' + escaped(stem(word)); }).join('|') + ')', 'i');
    var at = text.search(any), from = 0;
    if (at > length / 2) from = text.indexOf(' ', at - length / 3) + 1 || at;
    var cut = text.slice(from, from + length);
    if (from + length < text.length) cut = cut.replace(/\s+\S*$/, '') + ' …';
    if (from > 0) cut = '… ' + cut;
    return cut.split(new RegExp(any.source, 'gi')).map(function (piece, place) { return [piece, place % 2 === 1]; });
  }

  // {results, total, isPartial}: partial where no section has every word.
  function search(entries, query) {
    var words = wordsOf(query), kinds = words.map(patterns), phrase = words.join(' ');
    var most = 0, ofPage = {};
    if (!words.length) return { results: [], total: 0, isPartial: false };
    var rated = entries.map(function (entry) {
      var rating = rate(entry, kinds, phrase);
      most = Math.max(most, rating[0]);
      return { entry: entry, found: rating[0], points: rating[1] };
    });
    rated = rated.filter(function (one) { return most > 0 && one.found === most; });
    rated.sort(function (a, b) { return b.points - a.points || a.entry.address.length - b.entry.address.length; });
    rated = rated.filter(function (one) {
      ofPage[one.entry.page] = (ofPage[one.entry.page] || 0) + 1;
      return ofPage[one.entry.page] <= MOST_OF_ONE_PAGE;
    });
    return {
      isPartial: most > 0 && most < words.length,
      total: rated.length,
      results: rated.slice(0, MOST).map(function (one) {
        var entry = one.entry;
        return {
          title: entry.title, heading: entry.heading, group: entry.group, address: entry.address, points: one.points,
          excerpt: excerpt(entry.text, words, 160)
        };
      })
    };
  }

  return { prepared: prepared, search: search, excerpt: excerpt, wordsOf: wordsOf };
})();
