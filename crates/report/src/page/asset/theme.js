// Foreign text only ever goes through `textContent`: nothing here writes HTML.
const root = document.documentElement;
document.body.classList.add('script');

function make(name, className, text) {
  const element = document.createElement(name);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

function foreign(text) {
  return make('bdi', '', text);
}

// Light or dark: as the system says, until the button is pressed.
const listeners = [];
const asked = window.matchMedia('(prefers-color-scheme: dark)');
const themeButton = document.getElementById('theme');
const isDark = () => (root.dataset.theme ? root.dataset.theme === 'dark' : asked.matches);

function themeChanged() {
  themeButton.textContent = isDark() ? 'Light' : 'Dark';
  themeButton.setAttribute('aria-label', 'Change to ' + themeButton.textContent.toLowerCase() + ' colours');
  listeners.forEach((listener) => listener());
}
themeButton.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  themeChanged();
});
asked.addEventListener('change', themeChanged);
