"""Opens HTML reports in a real browser and does what a person does with them. Run it through browser.sh, with names of
reports to try only these."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time
import xml.dom.minidom

from playwright.sync_api import sync_playwright

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
WORK = pathlib.Path(os.environ["WORK"])
KFPLINT = os.environ["KFPLINT"]
MODULES = pathlib.Path(os.environ["MODULES"])
KEEP = os.environ.get("KEEP")
INPUTS = os.environ["INPUTS"]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--no-first-run"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

HOSTILE = r'''
resource "google_container_cluster" "c" {
  for_each           = toset(["<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>", "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
                              "你好世界你好世界你好世界你好世界你好世界你好世界", "\u202edesrever", "a\nb", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "javascript:alert(3)"])
  name               = "k"
  location           = "us-central1-a"
  initial_node_count = 1
  node_config {
    machine_type = "e2-]]><b>bold</b>"
  }
}
'''
MANY = '''
resource "google_service_account" "nodes" {
  count      = 200
  account_id = "nodes-${count.index}"
}
resource "google_container_cluster" "c" {
  count              = 200
  name               = "c${count.index}"
  location           = "us-central1-a"
  initial_node_count = count.index % 5
  node_config {
    machine_type    = "e2-standard-4"
    service_account = google_service_account.nodes[count.index].email
  }
}
'''


def made(name, text):
    folder = WORK / name
    folder.mkdir()
    (folder / "main.tf").write_text(text)
    return folder


def kfplint(root, *options):
    run = subprocess.run([KFPLINT, *options, str(root)], cwd=REPOSITORY, capture_output=True, text=True)
    assert run.returncode in (0, 1), run.stderr
    return run.stdout


class Page:
    """A report in the browser, with what went wrong there."""

    def __init__(self, browser, path, viewport=WIDE, **options):
        self.context = browser.new_context(viewport=viewport, **options)
        self.page = self.context.new_page()
        self.wrong, self.requests = [], []
        self.page.on("console", lambda m: self.wrong.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda e: self.wrong.append(str(e)))
        self.page.on("dialog", lambda d: (self.wrong.append(f"dialog: {d.message}"), d.dismiss()))
        self.page.on("request", lambda r: self.requests.append(r.url))
        self.page.goto(f"file://{path}")

    def __enter__(self):
        return self.page

    def __exit__(self, kind, *_):
        own = [url for url in self.requests if not url.startswith("file://")]
        self.context.close()
        if kind is None:
            assert not self.wrong, self.wrong
            assert not own and len(self.requests) == 1, self.requests


def keep(page, name):
    if KEEP:
        pathlib.Path(KEEP).mkdir(exist_ok=True)
        page.screenshot(path=f"{KEEP}/{name}.png")


def cells(page):
    """What the page's tables say: cluster, verdict and the answers by code."""
    return page.evaluate("""() => [...document.querySelectorAll('section.cluster')].map(section => ({
        title: section.querySelector('h3').firstChild.textContent.trim(),
        count: Number(section.dataset.count),
        rank: ['unmet', 'undecided', 'met'].indexOf(section.dataset.verdict),
        verdict: section.querySelector('.verdict').textContent,
        answers: Object.fromEntries([...section.querySelectorAll('tbody tr')].map(row => [
            row.querySelector('th').innerText.split(' ')[0], row.querySelector('.answer').textContent])),
        why: [...section.querySelectorAll('tbody tr')].every(row => row.cells[2].textContent.trim().length > 0),
    }))""")


def says_what_the_json_says(page, report):
    words = {"met": "met", "unmet": "not met", "undecided": "undecided", "not-applicable": "does not apply"}
    shown = cells(page)
    clusters = report["clusters"]
    # Those that are alike but for their root modules stand there once; the worst come first.
    assert sum(have["count"] for have in shown) == len(clusters)
    assert [have["rank"] for have in shown] == sorted(have["rank"] for have in shown)
    assert all(have["why"] for have in shown)
    plain = lambda text: re.sub(r"[^a-z0-9]", "", re.sub(r"[^\x20-\x7e]", "", text.lower()))
    key = lambda address, verdict, answers: (plain(address), verdict, tuple(sorted(answers.items())))
    of = lambda have: key(have["title"], have["verdict"], {c: a.removesuffix(" (suppressed)") for c, a in have["answers"].items()})
    wanted = [key(want["address"], want["verdict"].replace("-", " "), {r["code"]: words[r["status"]] for r in want["requirements"]}) for want in clusters]
    assert {of(have) for have in shown} == set(wanted)
    for one in set(wanted):
        assert sum(have["count"] for have in shown if of(have) == one) == wanted.count(one), one
    assert report["verdict"].replace("-", " ") in page.locator("h1").inner_text()
    open_findings = [d for d in report["diagnostics"] if not d["suppressed"]]
    found = page.evaluate("""() => [...document.querySelectorAll('main article.finding')].map(f => ({
        count: Number(f.dataset.count), rule: f.dataset.rule, level: f.dataset.level, text: f.querySelector('p').textContent }))""")
    assert sum(f["count"] for f in found) == len(open_findings)
    texts = {plain(f["text"]) for f in found}
    several = {(f["rule"], f["level"]) for f in found if f["count"] > 1}
    for finding in open_findings:
        assert plain(finding["message"]) in texts or (finding["code"], finding["level"]) in several, finding["message"]


def drawn_well(page):
    """Boxes do not touch each other, and their text stays inside."""
    problems = page.evaluate("""() => {
        const wrong = [];
        for (const svg of document.querySelectorAll('svg.graph')) {
            const boxes = [...svg.querySelectorAll('.node')].map(n => [n.id, n.querySelector('rect').getBBox(), n]);
            const picture = svg.viewBox.baseVal;
            for (const [id, box, node] of boxes) {
                if (box.x < 0 || box.y < 0 || box.x + box.width > picture.width || box.y + box.height > picture.height) wrong.push(`${id} is outside`);
                for (const text of node.querySelectorAll('text')) {
                    const t = text.getBBox();
                    if (t.x < box.x || t.x + t.width > box.x + box.width + .5 || t.y < box.y || t.y + t.height > box.y + box.height) wrong.push(`${id}: ${text.textContent}`);
                }
            }
            boxes.sort((a, b) => a[1].x - b[1].x || a[1].y - b[1].y);
            for (let i = 1; i < boxes.length; i++) {
                const [a, b] = [boxes[i - 1][1], boxes[i][1]];
                if (a.x === b.x ? a.y + a.height >= b.y : a.x + a.width >= b.x) wrong.push(`${boxes[i - 1][0]} and ${boxes[i][0]} touch`);
            }
        }
        return wrong;
    }""")
    assert problems == [], problems


def moves(page):
    """Drag, wheel, buttons and keys."""
    canvas = page.locator(".canvas").first
    canvas.scroll_into_view_if_needed()
    width = lambda: canvas.locator("svg").evaluate("svg => svg.getBoundingClientRect().width")
    left = lambda: canvas.evaluate("c => [c.scrollLeft, c.scrollTop]")
    start = width()
    for _ in range(4):
        page.locator(".tools [data-do=in]").first.click()
    assert abs(width() / start - 1.25 ** 4) < 0.05, (start, width())
    area = canvas.bounding_box()
    middle = (area["x"] + area["width"] / 2, area["y"] + area["height"] / 2)
    before = left()
    page.mouse.move(*middle)
    page.mouse.down()
    page.mouse.move(middle[0] - 120, middle[1] - 20, steps=6)
    page.mouse.up()
    assert left()[0] - before[0] >= 100, (before, left())
    assert not page.locator("#panel").is_visible(), "a drag is not a click"
    canvas.focus()
    for change, key in [(1.25, "+"), (0.8, "-")]:
        before = width()
        page.keyboard.press(key)
        assert abs(width() / before - change) < 0.02, key
    before = width()
    page.mouse.move(*middle)
    page.mouse.wheel(0, -100)
    page.wait_for_function("before => document.querySelector('.canvas svg').getBoundingClientRect().width > before * 1.1", arg=before)
    before = left()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("before => document.querySelector('.canvas').scrollLeft !== before", arg=before[0])
    page.keyboard.press("0")
    assert abs(width() - start) < 1
    page.locator("h1").click()
    before = width()
    canvas.hover()
    page.mouse.wheel(0, 10)
    page.wait_for_timeout(100)
    assert width() == before, "the wheel scrolls while the picture is not in use"


def shows_sources(page, clicks=6):
    """A click on a box shows what stands at its place in the file."""
    nodes = page.locator(".node")
    every = max(nodes.count() // clicks, 1)
    for i in range(0, nodes.count(), every):
        node = nodes.nth(i)
        place = node.get_attribute("data-place")
        node.scroll_into_view_if_needed()
        node.locator("rect").click()
        panel = page.locator("#panel")
        assert panel.is_visible()
        text = panel.inner_text()
        if place:
            file, line = place.rsplit(":", 1)
            assert place in text, (place, text)
            wanted = (REPOSITORY / file).read_text().splitlines()[int(line) - 1].strip()
            assert wanted in panel.locator("pre").first.inner_text(), (wanted, text)
        else:
            assert "Nothing in this configuration makes it" in text
        for finding in (node.get_attribute("data-findings") or "").split():
            title = page.locator(f"main #{finding} h3").inner_text()
            assert title in text, (title, text)
        page.keyboard.press("Escape")
        assert not panel.is_visible()


def works_by_keyboard(page):
    """Tab reaches everything in order, Enter opens, Escape closes, and one sees where one is."""
    ids = page.locator(".node").evaluate_all("nodes => nodes.map(n => n.id)")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    box = page.locator(".skip").bounding_box()
    assert box["x"] >= 0 and box["width"] > 50, "the skip link is seen when it has the focus"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "report"
    reached = []
    stops = page.locator("a, button, [tabindex='0'], summary").count()
    big = stops > 3000
    if big:
        page.locator("#graphs button").first.focus()
    for _ in range(stops + 5):
        page.keyboard.press("Tab")
        now = page.evaluate("""() => { const e = document.activeElement; const box = e.classList.contains('node') && e.querySelector('rect');
            const s = getComputedStyle(box || e); return [e.id, Boolean(box), e.tagName, box ? s.strokeWidth : s.outlineWidth]; }""")
        if now[2] == "BODY" or big and len(reached) == len(ids):
            break
        assert float(now[3].removesuffix("px")) >= 3, f"the focus is not seen on {now}"
        if now[1]:
            page.wait_for_function("""() => { const e = document.activeElement; const r = e.getBoundingClientRect(); const c = e.closest('.canvas').getBoundingClientRect();
                return r.bottom > 0 && r.top < innerHeight && r.right > c.left && r.left < c.right && r.bottom > c.top && r.top < c.bottom; }""", timeout=5000)
            reached.append(now[0])
    assert reached == ids, (reached, ids)
    for key in ["Enter", "Space"]:
        page.locator(".node").first.focus()
        page.keyboard.press(key)
        assert page.locator("#panel").is_visible(), key
        assert page.evaluate("document.getElementById('panel').contains(document.activeElement)")
        page.keyboard.press("Escape")
        assert not page.locator("#panel").is_visible()
        assert page.evaluate("document.activeElement.id") == ids[0], "the focus comes back"


def chooses(page, report):
    """The filter leaves what fits, says how much that is, and a link leads to what it had hidden."""
    form = page.locator("#filter")
    if not form.count():
        return
    assert form.is_visible()
    shown = lambda: page.evaluate("""() => ['section.cluster', 'article.finding'].map(kind => [...document.querySelectorAll(`main ${kind}`)]
        .filter(e => !e.hidden).reduce((sum, e) => sum + Number(e.dataset.count), 0))""")
    whole = shown()
    told = lambda: form.locator("output").inner_text()
    def choose(name, value):
        form.locator(f"[name={name}]").select_option(value)
        page.wait_for_timeout(250)
    for name, classes in [("verdict", {"not-ready": "unmet", "undecided": "undecided", "ready": "met"}), ("level", {})]:
        if not form.locator(f"[name={name}]").count():
            continue
        values = [v for v in form.locator(f"[name={name}] option").evaluate_all("all => all.map(o => o.value)") if v]
        for value in values:
            choose(name, value)
            have = shown()
            if name == "verdict":
                assert have[0] == sum(classes[c["verdict"]] == value for c in report["clusters"]), (value, have)
            else:
                assert have[1] == sum(d["level"] == value and not d["suppressed"] for d in report["diagnostics"]), (value, have)
            assert f"{have[1]} of {whole[1]} finding" in told() or not whole[1], told()
        choose(name, "")
    assert shown() == whole and told() == ""
    form.locator("[name=words]").fill("KFP001 node")
    page.wait_for_timeout(250)
    assert all("kfp001" in text.lower() for text in page.locator("section.cluster:not([hidden]), article.finding:not([hidden])").all_text_contents())
    form.locator("[name=words]").fill("nothing has this")
    page.wait_for_timeout(250)
    assert shown() == [0, 0]
    form.locator("button").click()
    page.wait_for_timeout(250)
    assert shown() == whole
    keep_words = form.locator("[name=words]")
    keep_words.focus()
    page.keyboard.type("zzz")
    page.wait_for_timeout(250)
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.wait_for_timeout(250)
    assert shown() == whole


CONTRAST = """() => {
    const parse = text => (text.match(/[\\d.]+/g) || []).map(Number);
    const luminance = rgb => { const [r, g, b] = rgb.map(v => v / 255).map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
    const behind = element => {
        const node = element.closest('.node');
        if (node) return parse(getComputedStyle(node.querySelector('rect')).fill).slice(0, 3);
        for (let e = element; e; e = e.parentElement) {
            const c = parse(getComputedStyle(e).backgroundColor);
            if (c.length === 3 || c[3] === 1) return c.slice(0, 3);
        }
        return [255, 255, 255];
    };
    const low = new Set();
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    let count = 0;
    while (walk.nextNode()) {
        const e = walk.currentNode.parentElement;
        if (!walk.currentNode.textContent.trim() || e.closest('script,style,title,dialog:not([open])') || !e.getClientRects().length) continue;
        const style = getComputedStyle(e);
        const ink = parse(e instanceof SVGElement ? style.fill : style.color).slice(0, 3);
        const [a, b] = [luminance(ink), luminance(behind(e))].sort((x, y) => y - x);
        count++;
        if ((a + .05) / (b + .05) < 4.5 || style.opacity < 1) low.add(`${e.tagName}.${e.getAttribute('class')}: ${((a + .05) / (b + .05)).toFixed(2)} ${walk.currentNode.textContent.slice(0, 30)}`);
    }
    return [count, [...low]];
}"""


def readable(page, least=5):
    count, low = page.evaluate(CONTRAST)
    assert count >= least and low == [], low


def accessible(page):
    # The page's policy lets nothing but its own script in; what a debugger evaluates is not part of the page.
    page.evaluate((MODULES / "axe-core/axe.min.js").read_text() + "; undefined")
    found = page.evaluate("axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'] })")["violations"]
    assert found == [], json.dumps([(v["id"], v["help"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found], indent=1)


def check(browser, name, root, moving=False):
    path = WORK / f"{name}.html"
    path.write_text(kfplint(root, "--format", "html"))
    report = json.loads(kfplint(root, "--format", "json"))
    # axe compares every box with those above it: minutes for thousands of boxes, which are built like those of the small pages.
    axe = accessible if len(report["clusters"]) < 50 else lambda page: None
    with Page(browser, path) as page:
        says_what_the_json_says(page, report)
        drawn_well(page)
        readable(page)
        axe(page)
        keep(page, f"{name}-light")
        if page.locator(".node").count():
            shows_sources(page)
            page.locator(".node").first.focus()
            page.keyboard.press("Enter")
            readable(page)
            axe(page)
            keep(page, f"{name}-panel")
            page.keyboard.press("Escape")
        chooses(page, report)
        if moving:
            moves(page)
    if page_has_nodes := bool(re.search(r'class="node ', path.read_text())):
        with Page(browser, path) as page:
            works_by_keyboard(page)
    with Page(browser, path, color_scheme="dark") as page:
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(23, 23, 27)"
        readable(page)
        axe(page)
        if page_has_nodes:
            page.locator("#graphs").scroll_into_view_if_needed()
        keep(page, f"{name}-dark")
    with Page(browser, path, viewport=NARROW, reduced_motion="reduce") as page:
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), "the page scrolls sideways"
        assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
        axe(page)
        keep(page, f"{name}-narrow")
    with Page(browser, path, color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        readable(page, least=3)
        assert page.evaluate("[...document.querySelectorAll('.canvas')].every(c => c.scrollWidth <= c.clientWidth + 1 && c.scrollHeight <= c.clientHeight + 1)"), "a picture is cut off in print"
        if name == "every-rule":
            assert len(page.pdf()) > 10_000
    with Page(browser, path, java_script_enabled=False) as page:
        says_where_no_script_runs(page, report)
    print(f"{name}: {len(report['clusters'])} clusters, {len(report['diagnostics'])} findings: ok", flush=True)


def says_where_no_script_runs(page, report):
    """Without scripts a page cannot be asked by scripts either: by locators alone."""
    assert (page.locator("section.cluster").count() > 0) == (len(report["clusters"]) > 0)
    assert page.locator(".scripted:visible").count() == 0
    for kind in ["section.cluster h3", "article.finding h3"]:
        assert all(page.locator(kind).nth(i).is_visible() for i in range(min(page.locator(kind).count(), 20)))
    node = page.locator(".node").first
    if node.count():
        target = node.get_attribute("href")
        node.focus()
        page.keyboard.press("Enter")
        page.locator(target).wait_for(state="visible")


# Milliseconds from the order to open a page of 2,000 clusters until it is drawn.
QUICK = 2000


def opens_quickly(browser, name, folder):
    """A page of 2,000 clusters is there in two seconds, and answers what is typed into its search."""
    path = WORK / f"{name}.html"
    path.write_text(kfplint(folder, "--format", "html"))
    times = []
    for scheme in ["light", "dark", "light"]:
        context = browser.new_context(viewport=WIDE, color_scheme=scheme)
        page = context.new_page()
        began = time.monotonic()
        page.goto(f"file://{path}")
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        times.append(round(1000 * (time.monotonic() - began)))
        keep(page, f"{name}-{scheme}")
        page.locator("#filter [name=words]").fill("platform-007")
        began = time.monotonic()
        page.wait_for_function("() => document.querySelector('#filter output').textContent.includes('Showing')")
        searched = round(1000 * (time.monotonic() - began))
        keep(page, f"{name}-search")
        if scheme == "dark":
            page.goto(f"file://{path}#findings")
            page.wait_for_timeout(300)
            keep(page, f"{name}-findings")
            page.goto(f"file://{path}#graphs")
            page.wait_for_timeout(600)
            keep(page, f"{name}-graphs")
        context.close()
    size = path.stat().st_size / 1e6
    print(f"{name}: {size:.1f} MB, opened in {min(times)} to {max(times)} ms, searched in {searched} ms", flush=True)
    assert min(times) < QUICK, times


def inputs(shape, size):
    """An input of the benchmarks."""
    folder = WORK / f"{shape}-{size}"
    subprocess.run([INPUTS, shape, str(size), str(folder)], check=True, capture_output=True)
    return folder


def other_languages(browser, root):
    """Graphviz, Mermaid and XML readers take the graph."""
    count = sum(len(r["nodes"]) for r in json.loads(kfplint_graph(root, "json"))["roots"])
    dot = subprocess.run(["dot", "-Tsvg"], input=kfplint_graph(root, "dot"), capture_output=True, text=True)
    assert dot.returncode == 0 and not dot.stderr, dot.stderr
    assert dot.stdout.count('class="node"') == count
    page = browser.new_page()
    page.goto("about:blank")
    page.add_script_tag(path=MODULES / "mermaid/dist/mermaid.min.js")
    text = kfplint_graph(root, "mermaid")
    drawn = page.evaluate("async text => { mermaid.initialize({ startOnLoad: false, maxEdges: 5000, maxTextSize: 1e6 }); await mermaid.parse(text); return (await mermaid.render('m', text)).svg; }", text)
    assert len(re.findall(r'class="node ', drawn)) == count, (len(re.findall(r'class="node ', drawn)), count)
    page.close()
    svg = subprocess.run([KFPLINT, "graph", "--format", "svg", str(root)], cwd=REPOSITORY, capture_output=True, text=True)
    if svg.returncode == 0:
        picture = xml.dom.minidom.parseString(svg.stdout.encode())
        assert sum("node" in g.getAttribute("class").split() for g in picture.getElementsByTagName("g")) == count
        path = WORK / "picture.svg"
        path.write_text(svg.stdout)
        for scheme in ["light", "dark"]:
            context = browser.new_context(viewport=WIDE, color_scheme=scheme)
            page = context.new_page()
            page.goto(f"file://{path}")
            drawn_well(page)
            keep(page, f"graph-{pathlib.Path(root).name}-{scheme}")
            context.close()


def kfplint_graph(root, form):
    done = subprocess.run([KFPLINT, "graph", "--format", form, str(root)], cwd=REPOSITORY, capture_output=True, text=True)
    # 1 says that something was left out for want of a budget, which every-rule has on purpose.
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def main():
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "install chromium"
    hostile, many = made("hostile", HOSTILE), made("many", MANY)
    empty = made("empty", 'resource "google_storage_bucket" "b" {\n  name     = "b"\n  location = "US"\n}\n')
    hollow = made("hollow", 'variable "x" {\n  type = string\n}\n')
    fixtures = ["every-rule", "too-small", "two-clusters", "for-each-pools", "unknown-inputs", "broken-file"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        roots = {name: f"fixtures/{name}" for name in fixtures} | {"hostile": hostile, "empty": empty, "hollow": hollow, "many": many}
        for shape, size in [("monorepo", 200), ("findings", 2000)] if not sys.argv[1:] or "quick" in sys.argv else []:
            opens_quickly(browser, shape, inputs(shape, size))
        for name in [name for name in sys.argv[1:] if name != "quick"] or ([] if sys.argv[1:] else roots):
            check(browser, name, roots[name], moving=name in ("every-rule", "for-each-pools"))
        for root in [f"fixtures/{name}" for name in fixtures] + [hostile, empty]:
            other_languages(browser, root)
        print("graphs: ok")
        browser.close()


main()
