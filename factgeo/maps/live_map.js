/* The map for drafting: drawn once, then painted anew with each edit, so that the view never moves.
   What is told is set as text, never as HTML; only the legend is HTML, which the server has made safe. */
"use strict";

window.factgeo = (() => {
  const WEIGHTS = { E: 2.2, R: 1.6, F: 0.8, ferry: 2 };
  const INK = "#262632";
  const LOCK = `<svg width="16" height="18" viewBox="0 0 16 18" aria-hidden="true"><path d="M4.5 8V5a3.5 3.5 0 0 1 7 0v3"
    fill="none" stroke="#fff" stroke-width="4.5"/><rect x="1" y="7" width="14" height="10.5" rx="2" fill="#fff"/>
    <path d="M4.5 8V5a3.5 3.5 0 0 1 7 0v3" fill="none" stroke="#1a1a1a" stroke-width="2"/>
    <rect x="2.5" y="8.5" width="11" height="7.5" rx="1" fill="#1a1a1a"/></svg>`;

  let map, ground, plan = null, chosen = null;
  let around, units, borders, actAreas, legend;
  const layers = {};  // what can be switched, by name, once it has been asked for
  const shapes = {};  // the layer of each unit
  let selection, locks, bases, names;

  function start(drawn, given) {
    map = drawn;
    ground = given;
    const panes = { population: 450, roads: 455, borders: 460, selection: 470, names: 610, bases: 620 };
    for (const [pane, height] of Object.entries(panes)) {
      map.createPane(pane).style.zIndex = height;
      if (pane !== "bases") map.getPane(pane).style.pointerEvents = "none";
    }
    [selection, locks, bases, names] = Array.from({ length: 4 }, () => L.layerGroup().addTo(map));
    fit();
    L.control.zoom(ground.zoom).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    furnish();
    map.on("click", (event) => choose(unitAt(event.originalEvent)));
    map.on("zoomend", () => plan && requestAnimationFrame(thin));
    for (const sheet of document.querySelectorAll("link")) sheet.addEventListener("load", () => plan && thin());
    map.getContainer().addEventListener("keydown", (event) => event.key === "Escape" && choose(null));
    Promise.all(["around", "units", "borders"].map(read)).then(draw);
  }

  function fit() {
    const wide = map.getSize().x > 700;
    const options = { animate: false, paddingTopLeft: [12, 12], paddingBottomRight: [wide ? 262 : 12, 40] };
    map.fitBounds(ground.bounds, options);
    if (!map.getSize().x) map.once("resize", fit);  // opened where nobody sees it yet
  }

  /* The names that the frame and the map go by, the legend and the source. */
  function furnish() {
    document.documentElement.lang = ground.language;
    document.title = ground.title;
    if (window.frameElement) window.frameElement.title = ground.title;
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", ground.title);
    legend = add("details", document.body, "", "factgeo-legend");
    legend.open = map.getSize().x > 700;
    add("summary", legend, ground.title);
    legend.rows = add("div", legend);
    add("div", document.body, ground.source, "factgeo-source");
  }

  function add(tag, parent, words = "", name = "") {
    const made = document.createElement(tag);
    made.textContent = words;
    if (name) made.className = name;
    parent.appendChild(made);
    return made;
  }

  const read = (name) => fetch(`${ground.files}${name}.json`).then((answer) => answer.json());

  function draw([outside, inside, between]) {
    const silent = { interactive: false };
    around = L.geoJson(outside, { ...silent, style: styleAround }).addTo(map);
    units = L.geoJson(inside, {
      style: styleUnit,
      onEachFeature: (feature, layer) => { shapes[feature.properties.unit] = layer; },
    }).addTo(map);
    units.on("mouseover mousemove", keepInside);
    units.bindTooltip((layer) => told(layer.feature.properties), { sticky: true });
    borders = L.geoJson(between, { ...silent, pane: "borders", style: styleBorder }).addTo(map);
    actAreas = L.geoJson(between, { ...silent, pane: "borders", style: styleAct });
    layers.act = actAreas;
    if (plan) apply();
  }

  /* Shows a plan; waits for the outlines where they are not here yet. */
  function paint(given) {
    plan = given;
    if (units) apply();
  }

  function apply() {
    switchLayers();
    restyle(around, styleAround);
    restyle(units, styleUnit);
    restyle(borders, styleBorder);
    restyle(actAreas, styleAct);
    if (units.getTooltip().isOpen()) units.getTooltip().update();
    select(plan.selected);
    drawLocks();
    drawBases();
    if (legend.html !== plan.legend) legend.rows.innerHTML = legend.html = plan.legend;
    map.getContainer().setAttribute("aria-label", plan.alternative);
  }

  /* Only what looks different is touched: an edit changes a few of a thousand lines. */
  function restyle(group, style) {
    group.eachLayer((layer) => {
      const wanted = style(layer.feature);
      const key = JSON.stringify(wanted);
      if (layer.look !== key) layer.setStyle(wanted);
      layer.look = key;
    });
  }

  const on = (layer) => plan.layers.includes(layer);
  const teamOf = (unit) => (plan && plan.units[unit] ? plan.units[unit].team : null);
  const faded = () => Object.keys(plan.pictures).length > 0;

  function styleAround() {
    return { color: "#b5b5ad", weight: 0.7, fillColor: "#f4f4ee", fillOpacity: plan && on("background") ? 0 : 1 };
  }

  function styleUnit(feature) {
    const weight = 0.8 * ground.fineness;
    if (!plan) return { color: "#ffffff", weight, fillColor: "#e4e4de", fillOpacity: 1, dashArray: null };
    const team = teamOf(feature.properties.unit);
    if (!team) {
      return { color: "#4d4d4d", weight, dashArray: "4 3", fillColor: `url(#${ground.hatch})`, fillOpacity: 1 };
    }
    const opacity = faded() ? 0.22 : on("background") ? 0.5 : 0.7;
    const edge = faded() || on("background") ? "#8c8c8c" : "#ffffff";
    return { color: edge, weight, dashArray: null, fillColor: plan.teams[team].colour, fillOpacity: opacity };
  }

  function styleBorder({ properties: { a, b } }) {
    const apart = plan && teamOf(a) !== teamOf(b);
    return { color: INK, weight: 1.8 * ground.fineness, opacity: 0.9, stroke: Boolean(apart) };
  }

  function styleAct({ properties: { a, b } }) {
    const area = (unit) => (teamOf(unit) ? plan.teams[teamOf(unit)].act : "");
    const apart = plan && area(a) !== area(b);
    return { color: ground.colours.act, weight: 4, dashArray: "8 5", stroke: Boolean(apart) };
  }

  function switchLayers() {
    for (const layer of ["background", "roads", "population", "act"]) {
      const hidden = layer === "population" && faded();  // two rasters would mix their colours
      const wanted = on(layer) && !hidden && (layers[layer] || (layers[layer] = made(layer)));
      if (wanted) wanted.addTo(map);
      else if (layers[layer]) layers[layer].remove();
    }
    for (const layer of ["minutes", "potential"]) showPicture(layer, plan.pictures[layer]);
  }

  function made(layer) {
    if (layer === "background") return L.tileLayer(ground.tiles, { maxZoom: 18 });
    if (layer === "population") return image(`${ground.files}population.png`, ground.corners, layer).setOpacity(ground.paleness);
    if (layer !== "roads") return null;
    const style = ({ properties: { kind } }) => {
      const ferry = kind === "ferry";
      const color = ferry ? ground.colours.ferry : ground.colours.road;
      return { color, weight: WEIGHTS[kind] * ground.fineness, opacity: 0.75, dashArray: ferry ? "2 5" : null };
    };
    const lines = L.geoJson(null, { pane: "roads", interactive: false, style });
    read("roads").then((content) => lines.addData(content));
    return lines;
  }

  const image = (url, corners, layer) =>
    L.imageOverlay(url, corners, { pane: "population", alt: ground.alternatives[layer], className: "factgeo-squares" });

  function showPicture(layer, picture) {
    if (!picture) {
      if (layers[layer]) layers[layer].remove();
      return;
    }
    layers[layer] ??= image(picture.address, picture.corners, layer);
    layers[layer].setUrl(picture.address).setBounds(L.latLngBounds(picture.corners)).addTo(map);
  }

  /* The tooltip beside the pointer is not cut off above or below. */
  function keepInside({ containerPoint: { y } }) {
    const [above, below] = [90 - y, y - (map.getSize().y - 110)];
    units.getTooltip().options.offset = [0, Math.max(0, above) - Math.max(0, below)];
  }

  /* Facts about a unit, as rows of an element. */
  function told({ unit, name }) {
    const facts = plan && plan.units[unit];
    if (!facts) return rows([["unit", name]]);
    const team = facts.team && plan.teams[facts.team];
    const own = team
      ? [["team", team.label], ...(team.act ? [["act", team.act]] : [])]
      : [["reason", facts.reason]];
    const travel = team ? [["median", facts.median], ["p95", facts.p95]] : [];
    const locked = plan.locked.includes(unit) ? [["locked", ground.yes]] : [];
    return rows([["unit", name], ...own, ["residents", facts.residents], ...travel, ...locked]);
  }

  function rows(facts) {
    const table = document.createElement("table");
    for (const [field, value] of facts) {
      const row = add("tr", table);
      add("th", row, ground.words[field]);
      add("td", row, value);
    }
    return table;
  }

  function unitAt(event) {
    const path = document.elementsFromPoint(event.clientX, event.clientY);
    const hit = Object.entries(shapes).find(([, layer]) => path.includes(layer.getElement()));
    return hit ? hit[0] : null;
  }

  /* Shows the choice at once, and tells the page; the next painting decides. */
  function choose(unit) {
    if (unit === null && chosen === null) return;
    select(unit);
    if (window.Streamlit) window.Streamlit.setComponentValue({ unit, at: Date.now() });
  }

  function select(unit) {
    chosen = unit;
    selection.clearLayers();
    if (!shapes[unit]) return;
    const outline = withoutIslets(shapes[unit].feature.geometry);
    for (const [color, weight] of [["#ffffff", 6], ["#000000", 3]]) {
      L.geoJson(outline, { style: { color, weight, fill: false }, pane: "selection", interactive: false }).addTo(selection);
    }
  }

  /* Parts of a unit that a heavy outline would not cover. */
  function withoutIslets(geometry) {
    if (geometry.type !== "MultiPolygon") return geometry;
    const sizes = geometry.coordinates.map(([ring]) => {
      const [x, y] = [0, 1].map((axis) => ring.map((at) => at[axis]));
      return (Math.max(...x) - Math.min(...x)) * (Math.max(...y) - Math.min(...y));
    });
    const least = 0.02 * Math.max(...sizes);
    return { type: "MultiPolygon", coordinates: geometry.coordinates.filter((_, k) => sizes[k] >= least) };
  }

  function drawLocks() {
    locks.clearLayers();
    const icon = L.divIcon({ html: LOCK, className: "factgeo-lock", iconSize: [16, 18] });
    for (const unit of plan.locked.filter((each) => shapes[each])) {
      const [lon, lat] = shapes[unit].feature.properties.at;
      L.marker([lat, lon], { icon, pane: "names", interactive: false, keyboard: false }).addTo(locks);
    }
  }

  function drawBases() {
    const key = JSON.stringify([on("names"), plan.bases.map(({ at, name }) => [at, name])]);
    if (bases.key === key) return;
    bases.key = key;
    bases.clearLayers();
    names.clearLayers();
    const few = plan.bases.length <= ground.few;
    const style = { pane: "bases", color: "#fff", weight: few ? 2 : 1, fillColor: "#000", fillOpacity: 1 };
    for (const [rank, base] of plan.bases.entries()) {  // the largest last, so that it lies on top
      const dot = L.circleMarker(base.at, { ...style, radius: few ? 6 : 3.5 }).addTo(bases);
      dot.bindTooltip(() => rows(ground.fields.map((field, k) => [field, plan.bases[rank].told[k]])));
      if (!on("names")) continue;
      const label = document.createElement("span");
      label.textContent = base.name;
      const options = { permanent: true, direction: "right", offset: [6, 0], className: "factgeo-name", pane: "names" };
      L.tooltip(base.at, { ...options, content: label }).addTo(names);
    }
    thin();
  }

  /* A name stands to the right of its base, or to the left, where it runs into no other base and no larger team's
     name; else it waits until there is room. All is measured before anything is moved. */
  function thin() {
    const nodes = names.getLayers().map((label) => label.getElement());
    const sizes = nodes.map((node) => [node.offsetWidth, node.offsetHeight]);
    const points = plan.bases.map((base) => map.latLngToContainerPoint(base.at));
    const box = ({ x, y }, from, to, half) => ({ left: x + from, right: x + to, top: y - half, bottom: y + half });
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    const dots = points.map((point) => box(point, -6, 6, 6));
    const taken = [];
    for (let rank = nodes.length - 1; rank >= 0; rank -= 1) {
      const [width, height] = sizes[rank];
      const sides = [box(points[rank], 8, 8 + width, height / 2), box(points[rank], -8 - width, -8, height / 2)];
      const free = (side) => ![...dots.filter((_, k) => k !== rank), ...taken].some((other) => meet(side, other));
      const side = sides.findIndex(free);
      if (side >= 0) taken.push(sides[side]);
      nodes[rank].style.visibility = side >= 0 ? "" : "hidden";
      nodes[rank].style.marginLeft = side === 1 ? `${-width - 12}px` : "";
    }
  }

  return { start, paint };
})();
