"""The style sheet: calm, light or dark as the page around it, readable on a phone and on paper."""

from __future__ import annotations

WIDE = 560
"""Pixels from which on a page is wide: a narrower one has the short words, and none in its bars."""

_DRAWING = """
.ub .ub-dim { opacity:.78; }
.ub .ub-bad { font-weight:700; opacity:1; }
.ub .ub-paper { fill:var(--ub-paper); }
.ub .ub-bars rect { stroke:var(--ub-paper); stroke-width:1; }
.ub .ub-bars rect[stroke=none] { stroke:none; }
.ub .ub-in {
  fill:#fff;
  font-size:11px;
  font-weight:600;
  paint-order:stroke;
  stroke-width:3px;
  stroke-linejoin:round;
  pointer-events:none;
}
"""

_PAGE = """
.ub.ub {
  --ub-paper:var(--jp-layout-color0,var(--md-default-bg-color,Canvas));
  --ub-ink:var(--jp-content-font-color1,var(--md-default-fg-color,CanvasText));
  --ub-rule:color-mix(in srgb,var(--ub-ink) 18%,transparent);
  container-type:inline-size;
  box-sizing:border-box;
  width:100%;
  min-width:260px;
  max-width:960px;
  margin:10px 0 18px;
  text-align:left;
  color:var(--ub-ink);
  font:13px/1.5 var(--jp-ui-font-family,var(--md-text-font-family,system-ui,sans-serif));
}
.ub.ub .ub-title {
  display:block;
  margin:0 0 8px;
  max-width:none;
  font:inherit;
  font-size:14px;
  font-weight:650;
  text-align:left;
}
.ub.ub .ub-run { margin:10px 0 6px; font-weight:600; }
.ub.ub .ub-plot {
  display:block;
  overflow:visible;
  max-width:none;
  margin:0 var(--ub-r) 0 var(--ub-l);
  width:calc(100% - var(--ub-l) - var(--ub-r));
  font-family:inherit;
}
.ub.ub .ub-key { display:flex; flex-wrap:wrap; gap:2px 18px; margin:8px 0 0; padding:0; }
.ub.ub .ub-key span { display:inline-flex; align-items:center; gap:7px; }
.ub.ub .ub-key svg { display:block; flex:none; width:18px; max-width:none; margin:0; }
.ub.ub .ub-said { margin:6px 0 0; font-size:13px; line-height:1.5; }
.ub.ub details {
  margin:8px 0 0;
  padding:0;
  border:0;
  box-shadow:none;
  background:none;
  font-size:13px;
}
.ub.ub summary { margin:0; }
.ub.ub .ub-scroll { overflow-x:auto; max-height:420px; }
.ub.ub table.ub-table {
  border-collapse:collapse;
  margin:6px 0 4px;
  border:0;
  font-size:12px;
  font-variant-numeric:tabular-nums;
  display:table;
  width:auto;
}
.ub.ub .ub-table th,.ub.ub .ub-table td {
  padding:2px 14px 2px 0;
  border:0;
  border-bottom:1px solid var(--ub-rule);
  background:none;
  text-align:left;
  white-space:nowrap;
  min-width:0;
}
.ub.ub .ub-table .ub-n { text-align:right; }
@container (max-width:WIDEpx) {
  .ub.ub .ub-plot {
    margin:0 var(--ub-rn) 0 var(--ub-ln);
    width:calc(100% - var(--ub-ln) - var(--ub-rn));
  }
  .ub .ub-wide,.ub .ub-in,.ub .ub-ground { display:none; }
  .ub .ub-narrow { display:inline; }
}
@media print {
  .ub.ub {
    color:#000;
    --ub-paper:#fff;
    --ub-ink:#000;
    print-color-adjust:exact;
    -webkit-print-color-adjust:exact;
    break-inside:avoid;
  }
}
"""

_FILE = """
.ub {
  --ub-paper:#fff;
  color:#1f2328;
  font-family:system-ui,-apple-system,"Segoe UI",sans-serif;
}
@media (prefers-color-scheme:dark) {
  .ub { --ub-paper:#0d1117; color:#f0f6fc; }
}
@media print {
  .ub { --ub-paper:#fff; color:#000; }
}
"""


def style() -> str:
    """Give the style sheet for a figure in a page, so that others can look the same.

    Give the figure the class `ub`; inside are `ub-title`, `ub-said` (text), `ub-key` (a legend of spans) and
    `ub-table` in `ub-scroll` (numbers: `ub-n`). Colours of the page come as `--ub-paper`, `--ub-ink`, `--ub-rule`.

    >>> ".ub-table" in style()
    True
    """
    return _joined(_DRAWING + _PAGE.replace("WIDE", str(WIDE)))


def file_style() -> str:
    """Give the style sheet of a picture that is a file of its own: it has its own background, light or dark."""
    return _joined(_DRAWING + _FILE)


def _joined(sheet: str) -> str:
    """Put it on one line: Markdown would end the figure at an empty one."""
    return "".join(line.strip() for line in sheet.splitlines())
