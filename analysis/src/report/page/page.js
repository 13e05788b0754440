"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const root = document.documentElement;
  const colour = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const symbols = ["circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down", "star"];
  const dashes = { solid: "solid", dot: "dot", dash: "dash", bar: "solid" };
  const formats = { count: ",~s", number: "~g", fraction: "~%" };
  const hovers = { count: ",.0f", number: ",.5~g", fraction: ".4~p" };
  const hidden = new Map(charts.map((chart) => [chart.id, new Set()]));

  // The library reads a few tags in texts: names are shown as they are.
  const plain = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
  const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);
  const ink = (number) => (number === null ? colour("ink") : colour("c" + (number % 8)));
  const sheer = (hex, share) => {
    const parts = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
    return `rgba(${parts.join(",")},${share})`;
  };

  // Hidden lines are left out rather than hidden, so that axes fit what is seen.
  const traces = (chart) => {
    const seen = (item) => !hidden.get(chart.id).has(item.group);
    const bands = chart.bands.filter(seen).flatMap((band) => {
      const side = { x: band.x, type: "scatter", mode: "lines", line: { width: 0 }, hoverinfo: "skip", showlegend: false };
      const fill = sheer(ink(band.colour), band.is_faint ? 0.13 : 0.25);
      return [{ ...side, y: band.low }, { ...side, y: band.high, fill: "tonexty", fillcolor: fill }];
    });
    const lines = chart.lines.filter(seen).map((line) => {
      const there = line.y.filter((value) => value !== null).length;
      const marked = line.colour !== null && line.dash !== "dot" && line.dash !== "bar";
      return {
        x: line.x, y: line.y, type: "scatter", mode: marked || there < 2 ? "lines+markers" : "lines", connectgaps: false,
        name: plain(short(line.name, 40)), hovertemplate: chart.y.labels.length > 0 ? `%{x:${hovers[chart.x.format]}}` : `%{y:${hovers[chart.y.format]}}`,
        line: { color: ink(line.colour), width: { dot: 1.6, bar: 14 }[line.dash] ?? 2, dash: dashes[line.dash] },
        marker: { symbol: symbols[(line.colour ?? 0) % 8], size: 7, color: ink(line.colour), maxdisplayed: 9 },
      };
    });
    return [...bands, ...lines];
  };

  const axis = (of, values, is_across, width) => {
    const there = values.filter((value) => value !== null && (!of.is_log || value > 0));
    const [least, most] = there.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    const look = {
      type: of.is_log ? "log" : "linear", tickformat: formats[of.format], hoverformat: hovers[of.format], automargin: true,
      gridcolor: colour("grid"), linecolor: colour("rule"), zerolinecolor: colour("rule"), tickcolor: colour("rule"),
      showline: true, ticks: "outside", ticklen: 4, fixedrange: false, exponentformat: "power", nticks: is_across ? Math.max(5, Math.min(9, Math.floor(width / 60))) : 8,
    };
    if (of.is_log && most > least) {
      if (most / least > 60) look.dtick = Math.ceil(Math.log10(most / least) / 6);
      else if (most / least > 3) look.dtick = "D2";
      if (of.format === "fraction" && least < 1e-7) look.tickformat = ".0e";
    }
    if (of.format === "count" && most < 10) {
      look.tickformat = ",.0f";
      look.dtick = 1;
    }
    // Things are named where they stand, the first on top.
    if (of.labels.length > 0) {
      const most = is_across || width < 400 ? 16 : 28;
      Object.assign(look, { tickmode: "array", tickvals: of.labels.map((_, k) => k + 1), ticktext: of.labels.map((text) => plain(short(text, most))) });
      look.range = is_across ? [0.7, of.labels.length + 0.3] : [of.labels.length + 0.6, 0.4];
      if (is_across) look.tickangle = of.labels.length > 3 ? -35 : 0;
      return look;
    }
    // A line through all the width ends where the axis ends; heights of counts begin at nothing.
    if (is_across && !of.is_log && most > least) {
      const room = (most - least) / 60;
      look.range = [least - room, most + room];
      look.zeroline = false;
    } else if (of.format === "count") {
      look.rangemode = "tozero";
    }
    return look;
  };

  const marks = (chart, width) => {
    const room = Math.max(1, Math.floor(width / 15));
    const shapes = chart.marks.map((mark) => ({
      type: mark.last > mark.first ? "rect" : "line", xref: "x", yref: "paper", x0: mark.first, x1: mark.last, y0: 0, y1: 1,
      line: { color: colour("soft"), width: 1, dash: "dashdot" }, fillcolor: sheer(colour("soft"), 0.12), layer: "below",
    }));
    const step = Math.max(1, Math.ceil(chart.marks.length / room));
    const across = chart.lines.flatMap((line) => [line.x[0], line.x[line.x.length - 1]]);
    const [least, most] = [Math.min(...across), Math.max(...across)];
    // Labels stand before what they tell of, so that what comes of it can be seen.
    const side = (mark) => (mark.first - least < 0.1 * (most - least) ? "left" : "right");
    const annotations = chart.marks.filter((_, number) => number % step === 0).map((mark) => ({
      x: mark.first, y: 1, xref: "x", yref: "paper", xanchor: side(mark), yanchor: "top", textangle: -90, showarrow: false,
      text: plain(mark.label), font: { size: 10.5, color: colour("soft") }, bgcolor: sheer(colour("paper"), 0.7), borderpad: 1,
    }));
    return { shapes, annotations };
  };

  const layout = (chart, width) => {
    const across = chart.lines.flatMap((line) => line.x);
    const up = [...chart.lines.flatMap((line) => line.y), ...chart.bands.flatMap((band) => [...band.low, ...band.high])];
    return {
      ...marks(chart, width), xaxis: axis(chart.x, across, true, width), yaxis: axis(chart.y, up, false, width), showlegend: false, autosize: true,
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", hovermode: chart.y.labels.length > 0 ? "closest" : "x unified",
      font: { family: getComputedStyle(document.body).fontFamily, size: 12, color: colour("ink") },
      hoverlabel: { bgcolor: colour("card"), bordercolor: colour("rule"), font: { color: colour("ink") } },
      margin: { l: 48, r: 14, t: 10, b: 30 },
    };
  };

  const options = {
    responsive: true, displaylogo: false, displayModeBar: "hover",
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "zoomIn2d", "zoomOut2d"],
  };

  const draw = (chart) => {
    const plot = document.querySelector(`#${chart.id} .plot`);
    return Plotly.react(plot, traces(chart), layout(chart, plot.clientWidth - 62), options);
  };

  // A key of its own, that wraps as text does and is printed.
  const swatch = (item) => {
    const pattern = { solid: "", bar: "", dot: "1.5 3", dash: "6 3" }[item.dash] ?? "";
    const shapes = [
      '<circle cx="14" cy="6" r="3.5"/>', '<rect x="10.5" y="2.5" width="7" height="7"/>', '<path d="M14 1.5 18.5 6 14 10.5 9.5 6z"/>',
      '<path d="M14 2 18 9.5H10z"/>', '<path d="M13 2h2v3h3v2h-3v3h-2V7h-3V5h3z"/>',
      '<path d="M10.5 3.9 11.9 2.5 14 4.6l2.1-2.1 1.4 1.4L15.4 6l2.1 2.1-1.4 1.4L14 7.4l-2.1 2.1-1.4-1.4L12.6 6z"/>',
      '<path d="M14 10 18 2.5H10z"/>', '<path d="m14 1.5 1.3 3h3.2l-2.5 2 1 3.2L14 7.8l-3 1.9 1-3.2-2.5-2h3.2z"/>',
    ];
    const look = item.colour === null ? "var(--ink)" : `var(--c${item.colour % 8})`;
    if (item.low) {
      return `<svg width="28" height="12" aria-hidden="true"><rect y="1" width="28" height="10" fill="${look}" opacity="0.3"/></svg>`;
    }
    const shape = item.colour === null || item.dash === "dot" || item.dash === "bar" ? "" : shapes[item.colour % 8];
    return `<svg width="28" height="12" aria-hidden="true" fill="${look}"><path d="M0 6h28" stroke="${look}" stroke-width="2" stroke-dasharray="${pattern}"/>${shape}</svg>`;
  };

  const legend = (chart) => {
    const list = document.querySelector(`#${chart.id} .legend`);
    const own = (item) => item.name === item.group;
    const named = new Set(chart.lines.filter(own).map((line) => line.name));
    const items = [...chart.lines.filter(own), ...chart.bands.filter((band) => own(band) && !named.has(band.name))];
    if (items.length < 2 || chart.y.labels.length > 0) {
      list.remove();
      return;
    }
    for (const item of items) {
      const button = document.createElement("button");
      button.type = "button";
      button.innerHTML = swatch(item);
      button.append(short(item.name, 60));
      button.setAttribute("aria-pressed", "true");
      button.addEventListener("click", () => {
        const away = hidden.get(chart.id);
        const show = away.has(item.group);
        if (show) away.delete(item.group); else away.add(item.group);
        button.setAttribute("aria-pressed", String(show));
        draw(chart);
      });
      const entry = document.createElement("li");
      entry.append(button);
      list.append(entry);
    }
  };

  const drawAll = () => Promise.all(charts.map(draw));

  const themes = ["system", "light", "dark"];
  const button = document.getElementById("theme");
  const wear = (theme) => {
    if (theme === "system") delete root.dataset.theme; else root.dataset.theme = theme;
    button.textContent = `Colours: ${theme}`;
    button.setAttribute("aria-label", `Colours of the page: ${theme === "system" ? "as the system has them" : theme}`);
  };
  button.addEventListener("click", () => {
    wear(themes[(themes.indexOf(root.dataset.theme ?? "system") + 1) % 3]);
    drawAll();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);

  // On paper everything is open, light, and as wide as the paper.
  let opened = [];
  const paper = (is) => {
    if (root.classList.contains("on-paper") === is) return;
    if (is) opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((details) => { details.open = is; });
    root.classList.toggle("on-paper", is);
    drawAll();
  };
  addEventListener("beforeprint", () => paper(true));
  addEventListener("afterprint", () => paper(false));
  matchMedia("print").addEventListener("change", (event) => paper(event.matches));

  charts.forEach(legend);
  // One after the other, so that the page can be read meanwhile.
  const next = (number) => {
    if (number === charts.length) {
      root.dataset.drawn = String(number);
      return;
    }
    draw(charts[number]).then(() => setTimeout(next, 0, number + 1));
  };
  next(0);
})();
