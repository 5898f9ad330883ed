"""The routes behind a figure as a picture, and the whole answer as one page. In a notebook both show themselves."""

from pathlib import Path

import dyetrace

trace = dyetrace.trace("sample-data/harmony/case.toml")
trace.write("out/harmony-python")

explanation = dyetrace.explain("out/harmony-python", "R2", routes=3)
Path("out/r2.svg").write_text(explanation.to_svg(), encoding="utf-8")
Path("out/r2.html").write_text(explanation._repr_html_(), encoding="utf-8")
Path("out/page.html").write_text(trace.page(), encoding="utf-8")
print(explanation)
print("out/r2.svg, out/r2.html, out/page.html")
