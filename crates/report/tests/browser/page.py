"""Uses every part of `report.html` in Chromium. See README.md."""

import argparse
import pathlib
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

import cases

ROOT = pathlib.Path(__file__).resolve().parents[4]
# A page of thousands of accounts opens in this time, in milliseconds.
MOST_TO_OPEN = 3_000


def traced(program, case, out):
    done = subprocess.run([program, "trace", case, "--out", out], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 2), done.stderr
    return out / "report.html"


class Page:
    """A page that is open, and everything that must not happen on it."""

    def __init__(self, browser, path, **context):
        self.faults = []
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(8_000)
        self.page.on("console", lambda message: self.faults.append(f"console: {message.text}"))
        self.page.on("pageerror", lambda error: self.faults.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.faults.append(f"dialog: {dialog.message}"))
        own = path.as_uri()
        outside = lambda request: request.url.split("#")[0] != own
        self.page.on("request", lambda request: outside(request) and self.faults.append(f"request: {request.url}"))
        began = time.monotonic()
        self.page.goto(own)
        self.page.wait_for_function("document.readyState === 'complete'")
        # Two frames: the picture is drawn.
        if context.get("java_script_enabled", True):
            self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.opened = round((time.monotonic() - began) * 1000)

    def ask(self, script):
        return self.page.evaluate(script)

    def end(self):
        self.page.wait_for_timeout(50)
        assert not self.faults, self.faults
        self.context.close()


def texts(page, column):
    return page.ask(
        f"Array.from(document.querySelectorAll('tr.place')).filter((row) => !row.hidden).map((row) => row.cells[{column}].textContent)"
    )


def sorts_and_filters(page):
    ranks = texts(page, 0)
    assert ranks == [str(number) for number in range(1, len(ranks) + 1)], ranks
    head = page.page.locator("#place-table > thead th")
    for column in range(head.count()):
        head.nth(column).locator("button").click()
        first = texts(page, 0)
        assert head.nth(column).get_attribute("aria-sort") in ("ascending", "descending")
        assert sorted(first, key=int) == ranks, "no place is lost by sorting"
        head.nth(column).locator("button").click()
        assert sorted(texts(page, 0), key=int) == ranks
    # Details stay below their place.
    assert page.ask("Array.from(document.querySelectorAll('tr.place')).every((row) => row.nextElementSibling.className === 'more')")
    head.nth(0).locator("button").click()
    page.page.locator("#place-filter [name=text]").fill("binance")
    some = texts(page, 1)
    assert 0 < len(some) < len(ranks) and all("inance" in text for text in some), some
    page.page.locator("#place-filter [name=text]").fill("")
    page.page.locator("#place-filter [name=grade]").select_option("FACT")
    assert all(text == "FACT" for text in texts(page, 5))
    page.page.locator("#place-filter [name=grade]").select_option("")
    page.page.locator("#place-filter [name=holder]").select_option("Huobi")
    assert all("Huobi" in text for text in texts(page, 1))
    page.page.locator("#place-filter [name=holder]").select_option("")
    page.page.locator("#place-filter [name=state]").select_option(index=1)
    assert len(texts(page, 0)) < len(ranks)
    page.page.locator("#place-filter [name=state]").select_option("")
    assert "of" in page.page.locator("#place-filter output").inner_text()


def picture_by_mouse(page):
    canvas = page.page.locator("#canvas")
    canvas.scroll_into_view_if_needed()
    drawn = lambda: page.ask("document.getElementById('canvas').toDataURL()")
    before = drawn()
    for button in ("zoom-in", "zoom-out", "fit", "start", "open-all", "open-all"):
        page.page.locator("#" + button).click()
        page.page.wait_for_timeout(60)
    page.page.locator("#zoom-in").click()
    page.page.wait_for_timeout(60)
    assert drawn() != before, "zooming draws something else"
    box = canvas.bounding_box()
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    before = drawn()
    page.page.mouse.move(*at)
    page.page.mouse.down()
    page.page.mouse.move(at[0] + 70, at[1] + 30, steps=4)
    page.page.mouse.up()
    page.page.wait_for_timeout(60)
    assert drawn() != before, "dragging moves the picture"
    canvas.focus()
    before = drawn()
    page.page.mouse.wheel(0, -200)
    page.page.wait_for_timeout(80)
    assert drawn() != before, "the wheel zooms"


def picture_by_keys(page):
    canvas = page.page.locator("#canvas")
    canvas.focus()
    chosen = lambda: canvas.get_attribute("data-chosen")
    seen = set()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowUp", "ArrowLeft", "+", "-", "0", "Shift+ArrowLeft"):
        page.page.keyboard.press(key)
        seen.add(chosen())
    assert len(seen) > 1, "arrows go from account to account"


def click_an_account(page):
    """Clicks the box of a finding, and reads its transfers and their arithmetic."""
    page.page.locator(".link-picture").first.click()
    panel = page.page.locator("#panel")
    assert "place #1" in panel.inner_text()
    assert "Tainted transfers in" in panel.inner_text()
    assert panel.locator(".flow").count() > 0 and panel.locator(".sum .result").count() > 0
    assert panel.locator(".grade").first.inner_text() in ("FACT", "PRESUMED", "INFERRED")
    # The box itself is clicked, too: the middle of the picture is where it was brought, or it was in sight already.
    link = panel.locator("li.flow button.link").first
    name = link.inner_text()
    link.click()
    assert name in panel.inner_text(), "a counterparty is one click away"
    assert panel.locator("h4").count() > 1
    panel.locator("details summary").first.click()


def folds(page):
    canvas = page.page.locator("#canvas")
    count = page.ask("JSON.parse(document.getElementById('data').textContent).folds.length")
    assert count > 0, "the case has something to fold"
    page.page.locator("#fit").click()
    button = page.page.locator("#open-all")
    label = button.inner_text()
    button.click()
    assert button.inner_text() != label
    button.click()
    assert button.inner_text() == label
    # One by itself: go to an account inside it, and fold it up by key.
    inside = page.ask(
        "(() => { const d = JSON.parse(document.getElementById('data').textContent); return d.accounts[d.visits[d.folds[0].members[1][0]][0]].address; })()"
    )
    page.page.locator("#find").fill(inside)
    page.page.locator("#find").press("Enter")
    page.page.locator("#find").blur()
    assert inside in page.page.locator("#panel").inner_text()
    canvas.focus()
    before = canvas.get_attribute("data-chosen")
    page.page.keyboard.press("Enter")
    assert canvas.get_attribute("data-chosen") != before
    assert "Open it" in page.page.locator("#panel").inner_text()
    page.page.locator("#toggle-fold").click()
    assert "Fold it up" in page.page.locator("#panel").inner_text()


def colours(page):
    ground = lambda: page.ask("getComputedStyle(document.body).backgroundColor")
    light = ground()
    page.page.locator("#theme").click()
    assert ground() != light
    page.page.locator("#theme").click()
    assert ground() == light


def sums(page):
    """What stands in every column of shares adds up to 100 %, without JavaScript as with it."""
    for table in page.page.locator("table.sums").all():
        shares = [text for text in table.locator("tbody td.num:nth-child(2)").all_inner_texts() if text.strip()]
        total = sum(int(text.replace("%", "").replace(".", "").strip()) for text in shares)
        assert total == 10_000, (shares, total)
        assert table.locator("tfoot tr").first.inner_text().split()[-4:].count("100.00") or "100.00 %" in table.locator("tfoot").inner_text()


def fits_the_width(page):
    over = page.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, f"{over} pixels stick out"


def run(browser, program, folder, keep):
    shot = lambda page, name: keep and page.page.screenshot(path=folder / f"{name}.png", full_page=True)
    sample = traced(program, ROOT / "sample-data/harmony/case.toml", folder / "sample")
    page = Page(browser, sample, viewport={"width": 1360, "height": 900}, color_scheme="light")
    for part in (sums, sorts_and_filters, picture_by_mouse, click_an_account, picture_by_keys, folds, colours, fits_the_width):
        part(page)
        print("ok", part.__name__)
    shot(page, "sample")
    page.end()

    for name, context in {
        "phone": {"viewport": {"width": 375, "height": 760}, "has_touch": True, "is_mobile": True},
        "dark": {"viewport": {"width": 1360, "height": 900}, "color_scheme": "dark"},
    }.items():
        page = Page(browser, sample, **context)
        fits_the_width(page)
        click_an_account(page)
        shot(page, name)
        page.end()
        print("ok", name)

    page = Page(browser, sample, java_script_enabled=False, viewport={"width": 1000, "height": 900})
    sums(page)
    assert page.page.locator("tr.place").count() > 0 and page.page.locator("svg.map").is_visible()
    assert not page.page.locator("#scene").is_visible()
    shot(page, "no-script")
    page.end()
    print("ok without JavaScript")

    page = Page(browser, sample)
    page.page.emulate_media(media="print")
    assert page.page.locator("svg.map").is_visible() and not page.page.locator("#canvas").is_visible()
    assert len(page.page.pdf()) > 10_000
    page.end()
    print("ok print")

    attacked = folder / "attacked"
    attacked.mkdir()
    cases.attacks(attacked)
    page = Page(browser, traced(program, attacked / "case.toml", folder / "attacks"))
    assert page.ask("window.owned") is None, "a label ran"
    assert page.page.locator("main img, main script").count() == 0, "a label became markup"
    for number in range(page.page.locator(".link-picture").count()):
        page.page.locator(".link-picture").nth(number).click()
    assert page.ask("window.owned") is None, "a label ran"
    shown = page.page.locator("#places").inner_text()
    assert "␇" in shown and "⟨U+202E⟩" in shown and "more letters" in shown
    assert page.page.locator("tr.place bdi").count() > 0
    fits_the_width(page)
    shot(page, "attacks")
    page.end()
    print("ok attacks")

    big = folder / "big"
    big.mkdir()
    cases.large(big)
    report = traced(program, big / "case.toml", folder / "large")
    page = Page(browser, report, viewport={"width": 1360, "height": 900})
    accounts = page.ask("JSON.parse(document.getElementById('data').textContent).accounts.length")
    assert accounts == 5_000 and "Left out" in page.page.locator("#picture").inner_text()
    assert page.opened < MOST_TO_OPEN, f"{page.opened} ms to open"
    began = time.monotonic()
    page.page.locator("#open-all").click()
    page.ask("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    opened = round((time.monotonic() - began) * 1000)
    picture_by_keys(page)
    shot(page, "large")
    page.end()
    print(f"ok {accounts} accounts: {report.stat().st_size} bytes, {page.opened} ms to open, {opened} ms to open all folds")


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release/dyetrace")
    options.add_argument("--chromium", default="/usr/bin/chromium")
    options.add_argument("--keep", type=pathlib.Path)
    options = options.parse_args()
    with tempfile.TemporaryDirectory() as aside, sync_playwright() as playwright:
        folder = options.keep or pathlib.Path(aside)
        folder.mkdir(parents=True, exist_ok=True)
        browser = playwright.chromium.launch(executable_path=options.chromium, args=["--no-sandbox"])
        run(browser, options.bin.resolve(), folder, options.keep is not None)
        browser.close()
    print("all of it")


if __name__ == "__main__":
    sys.exit(main())
