// The scene: what stands where. Places come from the data; this only moves them apart for open folds, as
// `Picture::spots` does.
const data = JSON.parse(document.getElementById('data').textContent);
const STEP_X = 222;
const STEP_Y = 46 / data.row;
const BOX = { wide: 164, high: 36 };
const scene = {
  open: data.folds.map(() => false),
  spots: [],
  // One entry a visit: its fold, or -1.
  fold: data.visits.map((visit) => (visit[1] < data.singles ? -1 : visit[1] - data.singles)),
  // Visits of an account, and lines of a visit.
  visits: data.accounts.map(() => []),
  outs: data.visits.map(() => []),
  ins: data.visits.map(() => []),
  // Flows of an account.
  flows: data.accounts.map(() => []),
  bounds: { wide: 0, high: 0 },
};
data.visits.forEach((visit, at) => scene.visits[visit[0]].push(at));
data.lines.forEach((line, at) => {
  scene.outs[line[0]].push(at);
  scene.ins[line[1]].push(at);
});
data.flows.forEach((flow, at) => {
  scene.flows[flow[0]].push(at);
  if (flow[1] !== flow[0]) scene.flows[flow[1]].push(at);
});

// Numbers below visits.length are visits, those above are folds.
function place() {
  const wider = new Map();
  const higher = new Map();
  data.folds.forEach((fold, at) => {
    if (!scene.open[at]) return;
    const [column, height] = data.boxes[data.singles + at];
    wider.set(column, Math.max(wider.get(column) || 0, fold.columns - 1));
    higher.set(height, Math.max(higher.get(height) || 0, (fold.rows - 1) * data.row));
  });
  const sums = (map) => {
    const keys = Array.from(map.keys()).sort((a, b) => a - b);
    return (before) => {
      let sum = 0;
      for (const key of keys) {
        if (key >= before) break;
        sum += map.get(key);
      }
      return sum;
    };
  };
  const right = sums(wider);
  const down = sums(higher);
  const moved = data.boxes.map(([column, height]) => [column + right(column), height + down(height)]);
  const spots = data.visits.map((visit) => (visit[1] < data.singles ? moved[visit[1]] : null));
  data.folds.forEach((fold, at) => {
    const [column, height] = moved[data.singles + at];
    spots.push(scene.open[at] ? null : [column, height]);
    if (scene.open[at]) {
      fold.members.forEach(([visit, x, y]) => { spots[visit] = [column + x, height + y * data.row]; });
    }
  });
  scene.spots = spots.map((spot) => spot && { x: spot[0] * STEP_X, y: spot[1] * STEP_Y });
  let wide = BOX.wide;
  let high = BOX.high;
  scene.spots.forEach((spot) => {
    if (!spot) return;
    wide = Math.max(wide, spot.x + BOX.wide);
    high = Math.max(high, spot.y + BOX.high);
  });
  scene.bounds = { wide, high };
  // Lines between what is drawn: those between the same two boxes are one.
  const joined = new Map();
  data.lines.forEach(([from, to, flows, grade, share]) => {
    const a = drawn(from);
    const b = drawn(to);
    if (a === b) return;
    const key = a * scene.spots.length + b;
    const known = joined.get(key);
    if (known) {
      known.flows += flows;
      known.share += share;
      if (GRADES.indexOf(grade) > GRADES.indexOf(known.grade)) known.grade = grade;
    } else {
      joined.set(key, { from: a, to: b, flows, grade, share });
    }
  });
  scene.lines = Array.from(joined.values());
}
const GRADES = ['FACT', 'PRESUMED', 'INFERRED'];

// What is drawn for a visit: itself, or the closed fold that it is in.
function drawn(visit) {
  const fold = scene.fold[visit];
  return fold >= 0 && !scene.open[fold] ? data.visits.length + fold : visit;
}
function isFold(number) {
  return number >= data.visits.length;
}
function accountOf(number) {
  return data.visits[number][0];
}
function shortAddress(address) {
  return address.length > 17 ? address.slice(0, 8) + '…' + address.slice(-6) : address;
}
function nameOf(account) {
  return account.name || shortAddress(account.address);
}
const MARKS = { seed: '◆', stop: '●', exchange: '■', mixer: '▲', open: '?', rests: '▪', passes: '·' };
const WORDS = {
  seed: 'theft begins here', stop: 'money can be stopped here', exchange: 'an exchange’s own account', mixer: 'mixer',
  open: 'the trace ends here, the money need not', rests: 'money rests here', passes: 'money passed through',
};
place();
