// The table of places: sorted by its heads, filtered by the form above it.
(function () {
  const table = document.getElementById('place-table');
  const form = document.getElementById('place-filter');
  if (!table || !form) return;
  const body = table.tBodies[0];
  // Each place is a row and one below it with the details.
  const rows = Array.from(body.querySelectorAll('tr.place'));
  const below = new Map(rows.map((row) => [row, row.nextElementSibling]));
  const heads = Array.from(table.tHead.rows[0].cells);

  function key(row, column, kind) {
    const cell = row.cells[column];
    return kind === 'number' ? Number(cell.dataset.key) : cell.textContent;
  }

  function sort(column) {
    const head = heads[column];
    const kind = head.dataset.kind;
    const was = head.getAttribute('aria-sort');
    // Amounts are wanted largest first, all else smallest first.
    const isAmount = column === 3 || column === 4;
    const up = was === 'none' ? !isAmount : was === 'descending';
    heads.forEach((other) => other.setAttribute('aria-sort', 'none'));
    head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
    const keyed = rows.map((row, at) => ({ row, at, key: key(row, column, kind) }));
    keyed.sort((a, b) => {
      const order = kind === 'number' ? a.key - b.key : (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
      return (up ? order : -order) || a.at - b.at;
    });
    keyed.forEach((it) => body.append(it.row, below.get(it.row)));
  }

  heads.forEach((head, column) => {
    const button = make('button', '', head.textContent);
    button.type = 'button';
    head.textContent = '';
    head.appendChild(button);
    button.addEventListener('click', () => sort(column));
  });

  const texts = rows.map((row) => (row.textContent + below.get(row).querySelector('p').textContent).toLowerCase());
  function hide(row, hidden) {
    row.hidden = hidden;
    below.get(row).hidden = hidden;
  }
  function filter() {
    const wanted = form.elements.text.value.trim().toLowerCase();
    const fits = (row, name) => !form.elements[name].value || row.dataset[name] === form.elements[name].value;
    let shown = 0;
    rows.forEach((row, at) => {
      hide(row, !(texts[at].includes(wanted) && fits(row, 'state') && fits(row, 'holder') && fits(row, 'grade')));
      if (!row.hidden) shown += 1;
    });
    form.querySelector('output').textContent = shown + ' of ' + rows.length + ' places';
  }
  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  filter();

  // A route that is linked to is shown open.
  function open() {
    const row = /^#place-\d+$/.test(location.hash) && document.getElementById(location.hash.slice(1));
    const details = row && below.get(row).querySelector('details');
    if (details) details.open = true;
  }
  window.addEventListener('hashchange', open);
  open();

  // All of it is printed, whatever is filtered.
  window.addEventListener('beforeprint', () => rows.forEach((row) => hide(row, false)));
  window.addEventListener('afterprint', filter);
})();
