// The timeline: lanes of marks on a canvas. Marks that fall on one column of pixels are drawn as one, so that the cost
// of a frame is bounded by its width and not by the number of marks.
(function () {
  "use strict";
  var canvas = document.getElementById("picture");
  if (!canvas) { return; }
  var data = JSON.parse(document.getElementById("picture-data").textContent);
  var tip = document.getElementById("tip");
  var draw2d = canvas.getContext("2d");
  var AXIS = 26, ROW = 26, ROW_NARROW = 40, HEAD = 22;
  var off = {}, color = {}, width = 0, left = 0, rows = [], hatch = null, asked = false;

  // the whole span, and the part in view, in seconds
  var whole = [Infinity, -Infinity], busy = [Infinity, -Infinity];
  function widen(span, from, to) { span[0] = Math.min(span[0], from); span[1] = Math.max(span[1], to); }
  data.lanes.forEach(function (lane) {
    lane.covered.forEach(function (span) { widen(whole, span[0], span[1]); });
    lane.marks.forEach(function (mark) {
      widen(whole, mark[0], mark[0]);
      // Starts and boots may lie days before what failed: the first view is of the hits and changes.
      if (mark[1] === 0 || mark[1] === 1 || mark[1] === 4) widen(busy, mark[0], mark[0]);
    });
  });
  if (busy[0] > busy[1]) busy = whole.slice();
  data.collected.forEach(function (time) { widen(whole, time, time); });
  var pad = Math.max(60, (whole[1] - whole[0]) * 0.01);
  whole = [whole[0] - pad, whole[1] + pad];
  var margin = Math.max(300, (busy[1] - busy[0]) * 0.06);
  var start = [Math.max(whole[0], busy[0] - margin), Math.min(whole[1], busy[1] + margin)];
  var view = start.slice();
  var SHORTEST = Math.min(120, whole[1] - whole[0]);

  function two(n) { return (n < 10 ? "0" : "") + n; }
  function clock(time, seconds) {
    var d = new Date(time * 1000);
    return two(d.getUTCHours()) + ":" + two(d.getUTCMinutes()) + (seconds ? ":" + two(d.getUTCSeconds()) : "");
  }
  function day(time) {
    var d = new Date(time * 1000);
    return d.getUTCFullYear() + "-" + two(d.getUTCMonth() + 1) + "-" + two(d.getUTCDate());
  }

  function colors() {
    var style = getComputedStyle(canvas), probe = document.createElement("canvas").getContext("2d");
    var span = document.createElement("span");
    canvas.parentElement.appendChild(span);
    ["text", "faint", "line", "sunk", "paper", "bad", "warn", "good", "boot", "change", "good-soft"].forEach(function (name) {
      // light-dark() is only resolved where it is used
      span.style.color = "var(--" + name + ")";
      color[name] = getComputedStyle(span).color;
    });
    span.remove();
    color.font = style.fontFamily;
    color.kinds = [color.bad, color.warn, color.good, color.boot, color.change];
    probe.canvas.width = probe.canvas.height = 8;
    probe.strokeStyle = color.line;
    probe.lineWidth = 1.3;
    probe.beginPath();
    for (var at = -8; at <= 16; at += 4) { probe.moveTo(at, 8); probe.lineTo(at + 8, 0); }
    probe.stroke();
    hatch = draw2d.createPattern(probe.canvas, "repeat");
  }

  function layout() {
    width = canvas.parentElement.clientWidth;
    var narrow = width < 620, top = AXIS, node = null;
    left = narrow ? 0 : Math.min(230, width * 0.26);
    rows = [];
    data.lanes.forEach(function (lane, at) {
      var of = lane.node === null ? data.words.cluster : lane.node;
      if (of !== node || at === 0) {
        rows.push({ head: of, top: top, high: HEAD });
        top += HEAD;
        node = of;
      }
      var high = narrow ? ROW_NARROW : ROW;
      rows.push({ lane: lane, top: top, high: high, band: narrow ? top + 15 : top + 2, bandHigh: ROW - 5 });
      top += high;
    });
    var scale = Math.min(3, window.devicePixelRatio || 1);
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round((top + 4) * scale);
    canvas.style.height = (top + 4) + "px";
    draw2d.setTransform(scale, 0, 0, scale, 0, 0);
  }

  function x(time) { return left + (time - view[0]) / (view[1] - view[0]) * (width - left); }
  function time(px) { return view[0] + (px - left) / (width - left) * (view[1] - view[0]); }
  function fit(text, room) {
    if (draw2d.measureText(text).width <= room) { return text; }
    while (text.length > 1 && draw2d.measureText(text + "…").width > room) { text = text.slice(0, -1); }
    return text + "…";
  }
  /// The first mark at or after a time.
  function from(marks, time) {
    var low = 0, high = marks.length;
    while (low < high) {
      var middle = (low + high) >> 1;
      if (marks[middle][0] < time) { low = middle + 1; } else { high = middle; }
    }
    return low;
  }

  function draw() {
    asked = false;
    var began = performance.now();
    draw2d.clearRect(0, 0, width, canvas.height);
    axis();
    rows.forEach(function (row) { if (row.lane) { band(row); } else { head(row); } });
    draw2d.save();
    draw2d.beginPath();
    draw2d.rect(left, AXIS, width - left, canvas.height);
    draw2d.clip();
    rows.forEach(function (row) { if (row.lane) { marks(row); } });
    collected();
    draw2d.restore();
    performance.measure("picture", { start: began, end: performance.now() });
  }
  function ask() { if (!asked) { asked = true; requestAnimationFrame(draw); } }

  var STEPS = [10, 30, 60, 300, 600, 1800, 3600, 7200, 21600, 43200, 86400, 172800, 604800, 2592000];
  function axis() {
    var span = view[1] - view[0], room = (width - left) / 92, step = STEPS[STEPS.length - 1];
    for (var at = 0; at < STEPS.length; at += 1) { if (span / STEPS[at] <= room) { step = STEPS[at]; break; } }
    draw2d.font = "11px " + color.font;
    draw2d.textBaseline = "middle";
    var bottom = canvas.height, last = "";
    for (var tick = Math.ceil(view[0] / step) * step; tick < view[1]; tick += step) {
      var px = Math.round(x(tick)) + 0.5;
      if (px < left) { continue; }
      draw2d.strokeStyle = color.line;
      draw2d.lineWidth = 1;
      draw2d.beginPath();
      draw2d.moveTo(px, AXIS - 5);
      draw2d.lineTo(px, bottom);
      draw2d.stroke();
      var date = day(tick), text = step >= 86400 ? date : clock(tick, step < 60);
      if (date !== last && step < 86400) { text = date.slice(5) + " " + text; }
      last = date;
      draw2d.fillStyle = color.faint;
      if (px + 3 + draw2d.measureText(text).width <= width) { draw2d.fillText(text, px + 3, AXIS / 2); }
    }
  }
  function head(row) {
    draw2d.font = "600 12px " + color.font;
    draw2d.textBaseline = "middle";
    draw2d.fillStyle = color.paper;
    draw2d.fillRect(0, row.top, width, row.high);
    draw2d.fillStyle = color.text;
    draw2d.fillText(fit(row.head, width - 8), 2, row.top + row.high / 2 + 2);
  }
  function band(row) {
    var lane = row.lane;
    if (lane.covered.length || lane.whole) {
      draw2d.fillStyle = hatch;
      draw2d.fillRect(left, row.band, width - left, row.bandHigh);
    }
    lane.covered.forEach(function (span) {
      var a = Math.max(left, x(span[0])), b = Math.min(width, x(span[1]));
      if (b < left || a > width) { return; }
      draw2d.fillStyle = color.paper;
      draw2d.fillRect(a, row.band, Math.max(2, b - a), row.bandHigh);
      draw2d.fillStyle = color.sunk;
      draw2d.fillRect(a, row.band, Math.max(2, b - a), row.bandHigh);
    });
    draw2d.font = "12px " + color.font;
    draw2d.textBaseline = "middle";
    if (left === 0) {
      draw2d.fillStyle = color.faint;
      draw2d.fillText(fit(lane.name, width - 10), 8, row.top + 7);
    } else {
      draw2d.fillStyle = color.paper;
      draw2d.fillRect(0, row.top, left - 1, row.high);
      draw2d.fillStyle = color.faint;
      draw2d.fillText(fit(lane.name, left - 22), 12, row.band + row.bandHigh / 2);
    }
  }
  /// Hits as bars by their number, a diamond on the first of a cause; starts, boots and changes as shapes.
  function marks(row) {
    var list = row.lane.marks, columns = {}, shapes = [];
    for (var at = from(list, view[0] - (view[1] - view[0]) * 0.02); at < list.length && list[at][0] <= view[1]; at += 1) {
      var mark = list[at], kind = mark[1];
      if (off[kind]) { continue; }
      var px = Math.round(x(mark[0]));
      var key = kind + ":" + px;
      if (columns[key] === undefined) {
        columns[key] = shapes.length;
        shapes.push([kind, px, mark[3]]);
      } else {
        shapes[columns[key]][2] += mark[3];
      }
    }
    shapes.sort(function (a, b) { return ORDER[a[0]] - ORDER[b[0]] || a[1] - b[1]; });
    var bottom = row.band + row.bandHigh, lastCause = -100, lastShape = [-100, -100, -100, -100, -100];
    shapes.forEach(function (shape) {
      var kind = shape[0], px = shape[1];
      draw2d.fillStyle = draw2d.strokeStyle = color.kinds[kind];
      if (kind <= 1) {
        var high = Math.min(row.bandHigh - (kind === 0 ? 7 : 3), 5 + Math.log(1 + shape[2]) * 2.6);
        draw2d.fillRect(px - 1, bottom - high, 2, high);
        // one diamond where a run of hits begins
        if (kind === 0) {
          if (px - lastCause > 30) { diamond(px, row.band + 4, 4.5); }
          lastCause = px;
        }
      } else if (px - lastShape[kind] > 4) {
        lastShape[kind] = px;
        SHAPES[kind](px, row);
      }
    });
  }
  var ORDER = [2, 0, 1, 4, 3];
  function diamond(px, py, r) {
    draw2d.beginPath();
    draw2d.moveTo(px, py - r); draw2d.lineTo(px + r, py); draw2d.lineTo(px, py + r); draw2d.lineTo(px - r, py);
    draw2d.fill();
  }
  var SHAPES = {
    2: function (px, row) {
      var py = row.band + row.bandHigh / 2;
      draw2d.beginPath();
      draw2d.moveTo(px - 3, py - 5); draw2d.lineTo(px + 5, py); draw2d.lineTo(px - 3, py + 5);
      draw2d.fill();
    },
    3: function (px, row) {
      var py = row.band + row.bandHigh / 2;
      draw2d.fillRect(px - 1, row.band, 2, row.bandHigh);
      draw2d.lineWidth = 2;
      draw2d.beginPath();
      draw2d.arc(px, py, 5, 0.6, 6);
      draw2d.fillStyle = color.paper;
      draw2d.fill();
      draw2d.stroke();
    },
    4: function (px, row) { draw2d.fillRect(px - 4, row.band + row.bandHigh / 2 - 4, 8, 8); }
  };
  function collected() {
    draw2d.strokeStyle = color.text;
    draw2d.lineWidth = 1.5;
    draw2d.setLineDash([4, 3]);
    data.collected.forEach(function (time) {
      var px = Math.round(x(time)) + 0.5;
      draw2d.beginPath();
      draw2d.moveTo(px, AXIS);
      draw2d.lineTo(px, canvas.height);
      draw2d.stroke();
    });
    draw2d.setLineDash([]);
  }

  // moving and zooming
  function show(a, b) {
    var span = Math.max(SHORTEST, Math.min(b - a, whole[1] - whole[0]));
    var middle = (a + b) / 2;
    a = Math.max(whole[0], Math.min(middle - span / 2, whole[1] - span));
    view = [a, a + span];
    hide();
    ask();
  }
  function zoom(px, factor) {
    var at = time(px);
    show(at - (at - view[0]) * factor, at + (view[1] - at) * factor);
  }
  function move(by) { show(view[0] + by, view[1] + by); }
  function middle() { return left + (width - left) / 2; }

  canvas.addEventListener("wheel", function (event) {
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      zoom(event.offsetX, Math.exp(Math.max(-1, Math.min(1, event.deltaY / 240))));
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      move((view[1] - view[0]) * event.deltaX / (width - left));
    }
  }, { passive: false });
  canvas.addEventListener("dblclick", function (event) { zoom(event.offsetX, 0.4); });
  canvas.addEventListener("keydown", function (event) {
    var span = view[1] - view[0];
    var keys = {
      "+": function () { zoom(middle(), 0.6); }, "=": function () { zoom(middle(), 0.6); },
      "-": function () { zoom(middle(), 1.7); }, "0": function () { show(whole[0], whole[1]); },
      ArrowLeft: function () { move(-span * 0.15); }, ArrowRight: function () { move(span * 0.15); }
    };
    if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); keys[event.key](); }
  });
  var zooms = { "in": function () { zoom(middle(), 0.6); }, out: function () { zoom(middle(), 1.7); }, all: function () { show(whole[0], whole[1]); } };
  Array.prototype.forEach.call(document.querySelectorAll("[data-zoom]"), function (button) {
    button.addEventListener("click", function () { zooms[button.dataset.zoom](); });
  });
  Array.prototype.forEach.call(document.querySelectorAll("[data-kind]"), function (button) {
    button.addEventListener("click", function () {
      var kind = data.kinds.indexOf(button.dataset.kind);
      off[kind] = !off[kind];
      button.setAttribute("aria-pressed", String(!off[kind]));
      ask();
    });
  });

  // one pointer drags, two pinch
  var pointers = {}, dragged = 0;
  function held() { return Object.keys(pointers).map(function (id) { return pointers[id]; }); }
  canvas.addEventListener("pointerdown", function (event) {
    pointers[event.pointerId] = event.offsetX;
    dragged = 0;
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", function (event) {
    var before = pointers[event.pointerId];
    if (before === undefined) { hover(event.offsetX, event.offsetY); return; }
    var all = held(), by = event.offsetX - before;
    dragged += Math.abs(by);
    if (all.length === 2) {
      var other = all[0] === before ? all[1] : all[0];
      var was = Math.abs(before - other), is = Math.abs(event.offsetX - other);
      if (was > 8 && is > 8) { zoom((event.offsetX + other) / 2, was / is); }
    } else if (dragged > 3) {
      move(-by * (view[1] - view[0]) / (width - left));
    }
    pointers[event.pointerId] = event.offsetX;
  });
  ["pointerup", "pointercancel"].forEach(function (name) {
    canvas.addEventListener(name, function (event) {
      var tapped = name === "pointerup" && pointers[event.pointerId] !== undefined && dragged <= 3;
      delete pointers[event.pointerId];
      if (!tapped) { return; }
      if (event.pointerType !== "mouse") { hover(event.offsetX, event.offsetY); return; }
      var near = nearest(event.offsetX, event.offsetY);
      var linked = near && near.marks.filter(function (mark) { return data.what[mark[2]].href; })[0];
      if (linked) { location.hash = data.what[linked[2]].href; }
    });
  });
  canvas.addEventListener("pointerleave", hide);

  function nearest(px, py) {
    var row = rows.filter(function (row) { return row.lane && py >= row.top && py < row.top + row.high; })[0];
    if (!row || px < left) { return null; }
    var reach = 6 * (view[1] - view[0]) / (width - left), at = time(px), list = row.lane.marks;
    var marks = [];
    for (var next = from(list, at - reach); next < list.length && list[next][0] <= at + reach; next += 1) {
      if (!off[list[next][1]]) { marks.push(list[next]); }
    }
    return { row: row, time: at, marks: marks };
  }
  function hide() { tip.hidden = true; canvas.style.cursor = ""; }
  function line(text, tag) {
    var element = document.createElement(tag || "div");
    element.textContent = text;
    tip.appendChild(element);
  }
  function hover(px, py) {
    var near = nearest(px, py);
    if (!near) { hide(); return; }
    tip.textContent = "";
    var first = near.marks.length ? near.marks[0][0] : Math.round(near.time);
    line(day(first) + " " + clock(first, true) + "Z · " + near.row.lane.name, "b");
    if (near.marks.length) {
      var sums = {}, order = [];
      near.marks.forEach(function (mark) {
        if (sums[mark[2]] === undefined) { sums[mark[2]] = 0; order.push(mark[2]); }
        sums[mark[2]] += mark[3];
      });
      order.slice(0, 6).forEach(function (what) {
        line((sums[what] > 1 ? sums[what] + " × " : "") + data.what[what].text);
      });
      if (order.length > 6) { line(data.words.more.replace("{n}", order.length - 6)); }
    } else if (!near.row.lane.covered.some(function (span) { return span[0] <= near.time && near.time <= span[1]; })) {
      line(data.words.nothing);
    } else {
      hide();
      return;
    }
    tip.hidden = false;
    canvas.style.cursor = near.marks.some(function (mark) { return data.what[mark[2]].href; }) ? "pointer" : "";
    var wide = tip.offsetWidth, high = tip.offsetHeight;
    var x = Math.max(0, Math.min(px + 14, width - wide));
    var y = py + 18 + high > canvas.clientHeight ? Math.max(0, py - high - 12) : py + 18;
    tip.style.left = x + "px";
    tip.style.top = y + "px";
  }

  function again() { colors(); layout(); ask(); }
  document.addEventListener("themed", function () { colors(); draw(); });
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  if (window.ResizeObserver) { new ResizeObserver(function () { if (canvas.parentElement.clientWidth !== width) { again(); } }).observe(canvas.parentElement); }
  again();
})();
