/* Draws each figure of the page in the page's own colours, light or dark.

   A figure may name a colour token, "var(--yes)", wherever plotly takes a colour. */

const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false, responsive: true };

const NARROW = 480; // pixels
const PAPER = 670; // pixels between the margins of a sheet, Letter or A4

const root = document.documentElement;
const token = (name) => getComputedStyle(root).getPropertyValue(name).trim();

function withColours(value) {
  if (typeof value === "string") return value.replace(/var\((--[\w-]+)\)/g, (_, name) => token(name));
  if (Array.isArray(value)) return value.map(withColours);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withColours(inner)]));
}

/* What a figure gets unless it says otherwise; on a phone its words are smaller. */
function template(narrow) {
  const size = narrow ? 12 : 14;
  const axis = {
    title: { font: { size } },
    automargin: true,
    gridcolor: token("--line"),
    linecolor: token("--edge"),
    zerolinecolor: token("--edge"),
    ticks: "outside",
    ticklen: 6,
    tickcolor: "rgba(0,0,0,0)",
  };
  return {
    layout: {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size, color: token("--ink") },
      colorway: ["--yes", "--no", "--ask", "--accent", "--na"].map(token),
      hoverlabel: { bgcolor: token("--card"), bordercolor: token("--edge"), font: { color: token("--ink") } },
      margin: { t: 48, r: 16, b: 48, l: 48 },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom" },
      xaxis: axis,
      yaxis: axis,
    },
  };
}

function draw(place, figure) {
  const { data, layout = {} } = withColours(figure);
  const paper = root.hasAttribute("data-paper") ? { width: PAPER } : {};
  const sized = { ...layout, ...paper, template: template(place.clientWidth < NARROW) };
  window.Plotly.react(place, data, sized, CONFIG);
}

const charts = Array.from(document.querySelectorAll("[data-figure]"), (place) => ({
  place,
  figure: JSON.parse(place.parentElement.querySelector("script.figure").textContent),
}));

function drawAll() {
  for (const { place, figure } of charts) draw(place, figure);
}

/* Paper is light whatever the screen is: see `data-paper` in base.css. */
function onPaper(yes) {
  root.toggleAttribute("data-paper", yes);
  drawAll();
}

if (window.Plotly) {
  drawAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  window.addEventListener("beforeprint", () => onPaper(true));
  window.addEventListener("afterprint", () => onPaper(false));
} else {
  for (const { place } of charts) place.hidden = true; // its table says the same
}
