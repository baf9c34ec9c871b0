// Search, filters, copying, folding, theme, print. Nothing here makes markup: text is set as text.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("js");
  var all = function (selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); };

  // theme: as the system, light, dark
  var themes = ["auto", "light", "dark"];
  var themeButton = document.querySelector("[data-act=theme]");
  function theme(name) {
    if (themes.indexOf(name) < 0) { name = "auto"; }
    if (name === "auto") { root.removeAttribute("data-theme"); } else { root.setAttribute("data-theme", name); }
    themeButton.textContent = themeButton.getAttribute("data-" + name);
    themeButton.dataset.now = name;
    try { localStorage.setItem("bundlevet-theme", name); } catch (_) { /* a file may have no storage */ }
    document.dispatchEvent(new Event("themed"));
  }
  var kept = null;
  try { kept = localStorage.getItem("bundlevet-theme"); } catch (_) { /* as above */ }
  theme(kept || "auto");

  function copy(text, done) {
    function byHand() {
      var area = document.createElement("textarea");
      area.value = text;
      document.body.appendChild(area);
      area.select();
      var ok = document.execCommand("copy");
      area.remove();
      if (ok) { done(); }
    }
    if (navigator.clipboard && window.isSecureContext) {
      navigator.clipboard.writeText(text).then(done, byHand);
    } else {
      byHand();
    }
  }

  var acts = {
    theme: function (button) { theme(themes[(themes.indexOf(button.dataset.now) + 1) % themes.length]); },
    print: function () { window.print(); },
    copy: function (button) {
      copy(button.parentElement.querySelector("code").textContent, function () {
        var before = button.textContent;
        button.textContent = button.dataset.done;
        setTimeout(function () { button.textContent = before; }, 1500);
      });
    },
    around: function (button) {
      var folded = button.closest("figure").classList.toggle("folded");
      button.setAttribute("aria-expanded", String(!folded));
    }
  };
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-act]");
    if (button) { acts[button.dataset.act](button); }
    var filter = event.target.closest("[data-filter]");
    if (filter) {
      filter.setAttribute("aria-pressed", String(filter.getAttribute("aria-pressed") !== "true"));
      sift();
    }
  });

  // an address of a folded card opens it
  function arrive() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) { return; }
    for (var at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") { at.open = true; }
    }
    target.classList.remove("gone-by-filter");
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", arrive);
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) { arrive(); }
  });

  // search and filters
  var search = document.getElementById("search");
  var found = document.getElementById("found");
  var items = all(".item");
  var cards = items.filter(function (item) { return item.dataset.severity; });
  var openedBySearch = [];
  function pressed(name) {
    return all("[data-filter=" + name + "][aria-pressed=true]").map(function (button) { return button.dataset.value; });
  }
  function sift() {
    var words = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    var severities = pressed("severity"), states = pressed("state");
    var hits = 0;
    openedBySearch.forEach(function (details) { details.open = false; });
    openedBySearch = [];
    items.forEach(function (item) {
      var text = words.length ? item.textContent.toLowerCase() : "";
      var matches = words.every(function (word) { return text.indexOf(word) >= 0; });
      if (item.dataset.severity) {
        matches = matches && (!severities.length || severities.indexOf(item.dataset.severity) >= 0);
        matches = matches && (!states.length || states.indexOf(item.dataset.state) >= 0);
      }
      item.classList.toggle("gone-by-filter", !matches);
      if (!matches) { return; }
      hits += 1;
      if (words.length) {
        for (var at = item; at; at = at.parentElement) {
          if (at.tagName === "DETAILS" && !at.open) { at.open = true; openedBySearch.push(at); }
        }
      }
    });
    all("main > section").forEach(function (section) {
      var own = all(".item", section);
      var left = own.some(function (item) { return !item.classList.contains("gone-by-filter"); });
      section.classList.toggle("quiet-section", own.length > 0 && !left);
    });
    var active = words.length || severities.length || states.length;
    found.textContent = !active ? "" : hits ? found.dataset.some.replace("{n}", hits) : found.dataset.none;
    highlight(words);
  }
  // marks without touching the text
  function highlight(words) {
    if (!window.Highlight || !CSS.highlights) { return; }
    CSS.highlights.delete("found");
    if (!words.length) { return; }
    var ranges = [];
    items.forEach(function (item) {
      if (item.classList.contains("gone-by-filter")) { return; }
      var walker = document.createTreeWalker(item, NodeFilter.SHOW_TEXT);
      while (walker.nextNode() && ranges.length < 2000) {
        var text = walker.currentNode.data.toLowerCase();
        words.forEach(function (word) {
          for (var at = text.indexOf(word); at >= 0 && ranges.length < 2000; at = text.indexOf(word, at + word.length)) {
            if (at + word.length > walker.currentNode.length) { return; }
            var range = new Range();
            range.setStart(walker.currentNode, at);
            range.setEnd(walker.currentNode, at + word.length);
            ranges.push(range);
          }
        });
      }
    });
    var marks = new Highlight();
    ranges.forEach(function (range) { marks.add(range); });
    CSS.highlights.set("found", marks);
  }
  var waiting = 0;
  search.addEventListener("input", function () {
    clearTimeout(waiting);
    waiting = setTimeout(sift, 120);
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      sift();
    }
  });

  // where on the page the reader is
  var links = all(".side a");
  if (window.IntersectionObserver) {
    var seen = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) { return; }
        links.forEach(function (link) { link.classList.toggle("here", link.getAttribute("href") === "#" + entry.target.id); });
      });
    }, { rootMargin: "-15% 0px -75% 0px" });
    all("main > section").forEach(function (section) { seen.observe(section); });
  }

  // paper has no folds and is white, the drawn picture too
  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = all("details:not([open])");
    closed.forEach(function (details) { details.open = true; });
    root.setAttribute("data-theme", "light");
    document.dispatchEvent(new Event("themed"));
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (details) { details.open = false; });
    theme(themeButton.dataset.now);
  });
  if (cards.length && location.hash) { arrive(); }
})();
