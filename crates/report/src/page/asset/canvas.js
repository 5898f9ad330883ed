// The picture: drawn on a canvas, moved with mouse, finger or keys.
const canvas = document.getElementById('canvas');
const pen = canvas.getContext('2d');
const view = { x: 0, y: 0, scale: 1 };
let chosen = -1;
let colours = {};
let waiting = false;

function readColours() {
  const style = getComputedStyle(root);
  ['ground', 'ink', 'soft', 'faint', 'line', 'accent', 'fold-fill'].concat(Object.keys(MARKS),
    Object.keys(MARKS).map((part) => part + '-fill')).forEach((name) => {
    colours[name] = style.getPropertyValue('--' + name).trim();
  });
  draw();
}

function draw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; paint(); });
}

function resize() {
  const ratio = window.devicePixelRatio || 1;
  const { width, height } = canvas.getBoundingClientRect();
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  draw();
}

function isNear(line) {
  return line.from === chosen || line.to === chosen;
}

function paint() {
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.fillStyle = colours.ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, ratio * view.x, ratio * view.y);
  const left = -view.x / view.scale;
  const top = -view.y / view.scale;
  const right = left + canvas.width / ratio / view.scale;
  const bottom = top + canvas.height / ratio / view.scale;
  const chosenLines = [];
  scene.lines.forEach((line) => {
    if (isNear(line)) { chosenLines.push(line); return; }
    const a = scene.spots[line.from];
    const b = scene.spots[line.to];
    if (b.x < left || a.x + BOX.wide > right || Math.max(a.y, b.y) + BOX.high < top || Math.min(a.y, b.y) > bottom) return;
    curve(line, a, b, colours.faint, chosen >= 0 ? 0.35 : 0.75);
  });
  chosenLines.forEach((line) => curve(line, scene.spots[line.from], scene.spots[line.to], colours.accent, 1));
  const detailed = view.scale > 0.42;
  scene.spots.forEach((spot, number) => {
    if (!spot || spot.x > right || spot.x + BOX.wide < left || spot.y > bottom || spot.y + BOX.high < top) return;
    box(number, spot, detailed);
  });
}

function curve(line, a, b, colour, alpha) {
  const x1 = a.x + BOX.wide;
  const y1 = a.y + BOX.high / 2;
  const y2 = b.y + BOX.high / 2;
  const bend = Math.min(90, (b.x - x1) / 2 + 10);
  pen.globalAlpha = alpha;
  pen.strokeStyle = colour;
  // Wider for a larger share of the theft, by the root, never thinner than can be seen.
  pen.lineWidth = Math.max(1 / Math.max(view.scale, 0.3), 1 + Math.sqrt(Math.min(line.share, 10000)) / 16);
  pen.setLineDash(line.grade === 'FACT' ? [] : line.grade === 'PRESUMED' ? [8, 4] : [2, 4]);
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.bezierCurveTo(x1 + bend, y1, b.x - bend, y2, b.x, y2);
  pen.stroke();
  pen.setLineDash([]);
  pen.globalAlpha = 1;
}

function box(number, spot, detailed) {
  const folded = isFold(number);
  const about = folded ? data.folds[number - data.visits.length] : data.accounts[accountOf(number)];
  const { wide, high } = BOX;
  pen.fillStyle = colours[(folded && about.part === 'passes' ? 'fold' : about.part) + '-fill'];
  pen.strokeStyle = colours[about.part];
  pen.lineWidth = about.part === 'stop' || about.part === 'seed' ? 2.2 : 1.2;
  if (folded) {
    pen.setLineDash([5, 3]);
    pen.strokeRect(spot.x + 4, spot.y + 4, wide, high);
  }
  pen.fillRect(spot.x, spot.y, wide, high);
  pen.strokeRect(spot.x, spot.y, wide, high);
  pen.setLineDash([]);
  if (number === chosen) {
    pen.strokeStyle = colours.accent;
    pen.lineWidth = 3 / Math.min(1, view.scale);
    pen.strokeRect(spot.x - 4, spot.y - 4, wide + 8, high + 8);
  }
  if (!detailed) {
    // From far away the sign alone: colour is never the only thing that tells.
    if (view.scale > 0.1) {
      pen.fillStyle = colours[about.part];
      pen.font = '600 26px system-ui, sans-serif';
      const far = !folded && about.ranks.length ? MARKS[about.part] + ' #' + about.ranks[0] : folded ? '⊞' : MARKS[about.part];
      pen.fillText(far, spot.x + 12, spot.y + 28);
    }
    return;
  }
  pen.save();
  pen.beginPath();
  pen.rect(spot.x, spot.y, wide - 4, high);
  pen.clip();
  pen.fillStyle = colours[about.part];
  pen.font = '13px system-ui, sans-serif';
  pen.fillText(folded ? '⊞' : MARKS[about.part], spot.x + 7, spot.y + 15.5);
  pen.fillStyle = colours.ink;
  pen.font = '600 12px system-ui, sans-serif';
  const rank = !folded && about.ranks.length ? '#' + about.ranks[0] + ' ' : '';
  pen.fillText(rank + (folded ? about.head : nameOf(about)), spot.x + 23, spot.y + 15);
  pen.fillStyle = colours.soft;
  pen.font = '11px system-ui, sans-serif';
  const line = folded ? 'click to open' : about.line || (about.name ? shortAddress(about.address) : '');
  pen.fillText(line, spot.x + 23, spot.y + 29);
  pen.restore();
}

// Moving about.
function size() {
  return canvas.getBoundingClientRect();
}
function zoom(by, x, y) {
  const { width, height } = size();
  const [px, py] = x === undefined ? [width / 2, height / 2] : [x, y];
  const scale = Math.min(4, Math.max(0.004, view.scale * by));
  view.x = px - (px - view.x) * scale / view.scale;
  view.y = py - (py - view.y) * scale / view.scale;
  view.scale = scale;
  draw();
}
function fit() {
  const { width, height } = size();
  const { wide, high } = scene.bounds;
  view.scale = Math.min(1.2, (width - 32) / wide, (height - 32) / high);
  view.x = (width - wide * view.scale) / 2;
  view.y = (height - high * view.scale) / 2;
  draw();
}
// At a size at which it can be read, with the first seed, or else the first box, at the left.
function toStart() {
  const { width, height } = size();
  fit();
  if (view.scale >= 0.55) return;
  const seed = data.accounts.findIndex((account) => account.part === 'seed');
  const spot = scene.spots[drawn(seed >= 0 ? scene.visits[seed][0] : 0)] || { x: 0, y: 0 };
  view.scale = width < 500 ? 0.7 : 0.85;
  view.x = 24 - spot.x * view.scale;
  view.y = height / 2 - (spot.y + BOX.high / 2) * view.scale;
  draw();
}
function show(number) {
  const spot = scene.spots[number];
  const { width, height } = size();
  if (view.scale < 0.42) view.scale = 0.8;
  const [x, y] = [view.x + spot.x * view.scale, view.y + spot.y * view.scale];
  const isSeen = x > 10 && y > 10 && x + BOX.wide * view.scale < width - 10 && y + BOX.high * view.scale < height - 10;
  if (!isSeen) {
    view.x = width / 2 - (spot.x + BOX.wide / 2) * view.scale;
    view.y = height / 2 - (spot.y + BOX.high / 2) * view.scale;
  }
  draw();
}
function choose(number) {
  chosen = number;
  canvas.dataset.chosen = number;
  if (number < 0) { draw(); return; }
  if (isFold(number)) showFold(number - data.visits.length);
  else showAccount(accountOf(number));
  show(number);
}
// Goes to an account, and opens the fold that it is in.
function goTo(account) {
  const visit = scene.visits[account][0];
  const fold = scene.fold[visit];
  if (fold >= 0 && !scene.open[fold]) { scene.open[fold] = true; place(); }
  choose(visit);
}
// Opens or closes a fold; what was under the pointer stays where it is.
function toggle(fold) {
  const first = data.folds[fold].members[0][0];
  const spot = () => scene.spots[drawn(first)];
  const before = spot();
  scene.open[fold] = !scene.open[fold];
  place();
  view.x += (before.x - spot().x) * view.scale;
  view.y += (before.y - spot().y) * view.scale;
  choose(drawn(first));
  if (scene.open[fold]) {
    showFold(fold);
    draw();
  }
}
function boxAt(x, y) {
  const [sx, sy] = [(x - view.x) / view.scale, (y - view.y) / view.scale];
  const within = (spot) => spot && sx >= spot.x && sx <= spot.x + BOX.wide && sy >= spot.y && sy <= spot.y + BOX.high;
  return scene.spots.findIndex(within);
}

const pointers = new Map();
let dragged = false;
canvas.addEventListener('pointerdown', (event) => {
  canvas.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
  dragged = pointers.size > 1;
});
canvas.addEventListener('pointermove', (event) => {
  const was = pointers.get(event.pointerId);
  if (!was) return;
  const now = { x: event.offsetX, y: event.offsetY };
  if (pointers.size === 2) {
    const other = Array.from(pointers).find(([id]) => id !== event.pointerId)[1];
    const apart = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    zoom(apart(now) / apart(was), (now.x + other.x) / 2, (now.y + other.y) / 2);
  } else if (dragged || Math.hypot(now.x - was.x, now.y - was.y) > 4) {
    dragged = true;
    canvas.classList.add('moving');
    view.x += now.x - was.x;
    view.y += now.y - was.y;
    draw();
  } else {
    return;
  }
  pointers.set(event.pointerId, now);
});
canvas.addEventListener('pointerup', (event) => {
  pointers.delete(event.pointerId);
  canvas.classList.remove('moving');
  if (dragged) return;
  const number = boxAt(event.offsetX, event.offsetY);
  if (number >= 0 && isFold(number)) toggle(number - data.visits.length);
  else if (number >= 0) choose(number);
});
canvas.addEventListener('pointercancel', (event) => pointers.delete(event.pointerId));
// The wheel zooms where the picture has the focus, or with Ctrl; else it scrolls the page on.
canvas.addEventListener('wheel', (event) => {
  if (document.activeElement !== canvas && !event.ctrlKey) return;
  event.preventDefault();
  zoom(Math.exp(-Math.max(-200, Math.min(200, event.deltaY)) * (event.ctrlKey ? 0.01 : 0.002)), event.offsetX, event.offsetY);
}, { passive: false });

// Along the money: the largest line out or in; above or below in the same column.
function along(step) {
  if (chosen < 0 || !scene.spots[chosen]) {
    choose(drawn(0));
    return;
  }
  const here = scene.spots[chosen];
  if (step === 'out' || step === 'in') {
    const [end, other] = step === 'out' ? ['from', 'to'] : ['to', 'from'];
    const lines = scene.lines.filter((line) => line[end] === chosen).sort((a, b) => b.share - a.share);
    if (lines.length) choose(lines[0][other]);
    return;
  }
  const sign = step === 'down' ? 1 : -1;
  let best = -1;
  scene.spots.forEach((spot, number) => {
    if (!spot || spot.x !== here.x || (spot.y - here.y) * sign <= 0) return;
    if (best < 0 || Math.abs(spot.y - here.y) < Math.abs(scene.spots[best].y - here.y)) best = number;
  });
  if (best >= 0) choose(best);
}
canvas.addEventListener('keydown', (event) => {
  const moves = { ArrowRight: [-60, 0, 'out'], ArrowLeft: [60, 0, 'in'], ArrowDown: [0, -60, 'down'], ArrowUp: [0, 60, 'up'] };
  const move = moves[event.key];
  if (move && event.shiftKey) {
    view.x += move[0];
    view.y += move[1];
    draw();
  } else if (move) along(move[2]);
  else if (event.key === '+' || event.key === '=') zoom(1.25);
  else if (event.key === '-') zoom(0.8);
  else if (event.key === '0') fit();
  else if (event.key === 'Enter' && chosen >= 0) {
    const fold = isFold(chosen) ? chosen - data.visits.length : scene.fold[chosen];
    if (fold < 0) return;
    toggle(fold);
  } else return;
  event.preventDefault();
});

const on = (id, act) => document.getElementById(id).addEventListener('click', act);
on('zoom-in', () => zoom(1.3));
on('zoom-out', () => zoom(1 / 1.3));
on('fit', fit);
on('start', toStart);
const openAll = document.getElementById('open-all');
openAll.hidden = data.folds.length === 0;
on('open-all', () => {
  const open = scene.open.some((it) => !it);
  scene.open = scene.open.map(() => open);
  openAll.textContent = open ? 'Fold all up' : 'Open all folds';
  place();
  if (chosen >= 0 && !scene.spots[chosen]) choose(-1);
  fit();
});

// Finding an account by its name or address; the list offers the first that fit.
const find = document.getElementById('find');
const found = document.getElementById('found');
const texts = data.accounts.map((account) => (account.name + ' ' + account.address).toLowerCase());
find.addEventListener('input', () => {
  const wanted = find.value.trim().toLowerCase();
  found.textContent = '';
  if (wanted.length < 2) return;
  let count = 0;
  for (let at = 0; at < texts.length && count < 12; at += 1) {
    if (!texts[at].includes(wanted)) continue;
    const option = document.createElement('option');
    option.value = data.accounts[at].address;
    option.label = nameOf(data.accounts[at]);
    found.append(option);
    count += 1;
  }
});
find.addEventListener('change', () => {
  const wanted = find.value.trim().toLowerCase();
  const at = wanted ? texts.findIndex((text) => text.includes(wanted)) : -1;
  if (at >= 0) goTo(at);
});

// From the table into the picture.
document.querySelectorAll('#place-table tr[data-account]').forEach((line) => {
  if (line.dataset.account === '') return;
  const button = make('button', 'link-picture', 'Show in the picture');
  button.type = 'button';
  button.addEventListener('click', () => {
    goTo(Number(line.dataset.account));
    document.getElementById('picture').scrollIntoView();
    canvas.focus({ preventScroll: true });
  });
  line.nextElementSibling.lastElementChild.prepend(button);
});

listeners.push(readColours);
themeChanged();
new ResizeObserver(resize).observe(canvas);
resize();
if (data.visits.length) toStart();
else document.getElementById('scene').hidden = true;
