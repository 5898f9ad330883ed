// The panel beside the picture: an account's transfers, each with the arithmetic by which its stolen part was found.
const panel = document.getElementById('panel');
const MOST_LISTED = 60;

const RULE_WORDS = {
  libr: 'Clean money leaves first: the stolen part is what the payment takes beyond the clean money.',
  taint_first: 'Stolen money leaves first: the smaller of the payment and what was stolen of the balance.',
  prorata: 'Every part pays its share: payment × stolen ÷ balance, in whole base units.',
  fifo: 'The oldest money leaves first: which lots left depends on the order in which they came.',
  lifo: 'The newest money leaves first: which lots left depends on the order in which they came.',
};

function row(left, right, className) {
  const line = make('div', className || '');
  line.append(make('span', '', left), make('span', 'amt', right));
  return line;
}

function link(account) {
  const button = make('button', 'link');
  button.type = 'button';
  button.append(foreign(nameOf(data.accounts[account])));
  button.title = data.accounts[account].address;
  button.addEventListener('click', () => goTo(account));
  return button;
}

function arithmetic(flow) {
  const [held, stolen, clean, short, fits, all] = flow[9];
  const taken = all || flow[6] || flow[5];
  const box = make('div', 'sum');
  box.append(row('sender held before', held));
  if (short) box.append(row('of it not seen arriving', short));
  box.append(row('of it clean', clean), row('of it stolen', stolen), row('paid', flow[5]));
  box.append(row('stolen part of the payment, by ' + data.rule, taken, 'result'));
  if (all) box.append(row('of it of this theft and asset', flow[6] || flow[5]));
  const formula = {
    libr: 'paid − clean, not below 0', taint_first: 'the smaller of paid and stolen', prorata: 'paid × stolen ÷ held',
  }[data.rule];
  const words = fits && formula ? formula : 'by the order and lots of the whole account: see docs/method.md';
  box.append(make('div', 'hint', words));
  return box;
}

function flowItem(at, account) {
  const flow = data.flows[at];
  const comesIn = flow[1] === account;
  const item = make('li', 'flow');
  const head = make('div', 'row');
  const who = make('span', '', comesIn ? '← from ' : '→ to ');
  who.append(link(comesIn ? flow[0] : flow[1]));
  head.append(who, make('span', 'grade ' + flow[7].toLowerCase(), flow[7]));
  const sum = make('div', 'row');
  sum.append(make('b', 'amt', flow[6] || flow[5]));
  sum.append(make('span', 'hint', flow[6] ? 'stolen, of ' + flow[5] : 'all of it stolen'));
  item.append(head, sum);
  const when = make('div', 'hint', flow[3]);
  if (flow[8]) when.append(' · theft ', foreign(flow[8]));
  item.append(when);
  if (flow[4]) {
    const hash = make('code', 'hash');
    hash.append(foreign(flow[4]));
    item.append(hash);
  }
  if (flow[9]) {
    const details = make('details');
    details.append(make('summary', '', 'The arithmetic'), arithmetic(flow));
    item.append(details);
  }
  return item;
}

function list(title, flows, account) {
  if (!flows.length) return;
  panel.append(make('h4', '', title + ' (' + flows.length + ')'));
  const listed = make('ul');
  let shown = 0;
  const more = make('button', 'more');
  more.type = 'button';
  const add = () => {
    flows.slice(shown, shown + MOST_LISTED).forEach((at) => listed.append(flowItem(at, account)));
    shown = Math.min(flows.length, shown + MOST_LISTED);
    more.hidden = shown === flows.length;
    more.textContent = 'Show more of ' + (flows.length - shown);
  };
  more.addEventListener('click', add);
  add();
  panel.append(listed, more);
}

function totals(title, sums) {
  sums.forEach(([flows, sum]) => panel.append(row(title + ' in ' + flows + (flows === 1 ? ' transfer' : ' transfers'), sum, 'row')));
}

function showAccount(number) {
  const account = data.accounts[number];
  panel.textContent = '';
  const head = make('h3');
  head.append(foreign(nameOf(account)));
  const address = make('code');
  address.append(foreign(account.address));
  panel.append(head, address, make('div', 'hint', account.chain));
  panel.append(make('span', 'badge ' + account.part, MARKS[account.part] + ' ' + WORDS[account.part]));
  account.ranks.forEach((rank) => {
    const anchor = make('a', '', 'place #' + rank + ' ');
    anchor.href = '#place-' + rank;
    panel.append(anchor);
  });
  if (account.holdings.length) panel.append(make('h4', '', 'What rests here'));
  account.holdings.forEach((holding) => {
    const box = make('div', 'sum');
    const title = make('div');
    title.append(make('span', '', holding.state), make('span', 'grade ' + holding.grade.toLowerCase(), holding.grade));
    box.append(title);
    data.rules.forEach((rule, at) => box.append(row('by ' + rule, holding.amounts[at], at === 0 ? 'result' : '')));
    box.append(row('balance at the end of the data', holding.balance));
    panel.append(box);
  });
  panel.append(make('h4', '', 'Stolen money, by ' + data.rule));
  totals('came', account.in);
  totals('left', account.out);
  account.rest.forEach(([comesIn, flows, sum]) => {
    const words = flows + (comesIn ? ' in' : ' out') + ' not on this page: see flows.csv';
    panel.append(row(words, sum, 'row hint'));
  });
  if (account.labels.length) panel.append(make('h4', '', 'Labels'));
  const labels = make('ul');
  account.labels.forEach((label) => {
    const item = make('li');
    item.append(foreign(label));
    labels.append(item);
  });
  panel.append(labels);
  if (account.moreLabels) panel.append(make('div', 'hint', 'and ' + account.moreLabels + ' more'));
  const flows = scene.flows[number];
  list('Tainted transfers out', flows.filter((at) => data.flows[at][0] === number), number);
  list('Tainted transfers in', flows.filter((at) => data.flows[at][1] === number && data.flows[at][0] !== number), number);
  const details = panel.querySelector('details');
  if (details) details.open = true;
  panel.append(make('p', 'hint', RULE_WORDS[data.rule] || ''));
  panel.scrollTop = 0;
}

function showFold(number) {
  const fold = data.folds[number];
  panel.textContent = '';
  const head = make('h3');
  head.append(foreign(fold.head));
  panel.append(head, make('p', 'hint', fold.kind === 'chain'
    ? 'A line of unnamed accounts, each of which passed nearly all on to the next.'
    : 'Accounts of one kind that one account paid.'));
  const button = make('button', '', scene.open[number] ? 'Fold it up' : 'Open it');
  button.type = 'button';
  button.id = 'toggle-fold';
  button.addEventListener('click', () => toggle(number));
  panel.append(button, make('h4', '', 'Accounts (' + fold.members.length + ')'));
  const listed = make('ul');
  fold.members.slice(0, 200).forEach(([visit]) => {
    const item = make('li');
    const account = data.accounts[accountOf(visit)];
    item.append(link(accountOf(visit)), make('span', 'hint', ' ' + account.line));
    listed.append(item);
  });
  panel.append(listed);
  if (fold.members.length > 200) panel.append(make('p', 'hint', 'and ' + (fold.members.length - 200) + ' more'));
  panel.scrollTop = 0;
}
