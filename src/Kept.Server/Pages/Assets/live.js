// Keeps a page current: fetches it anew when the house says that something happened, and takes over what differs. Without this script nothing is missing
// but the freshness. Nothing is ever written as mark-up; the new page is parsed by the browser and its nodes are moved over.
// @ts-check

const asOf = /** @type {HTMLElement} */ (document.getElementById('asof'));
const paused = /** @type {HTMLElement} */ (document.getElementById('paused'));
const said = /** @type {HTMLElement} */ (document.getElementById('said'));
/** What the server's clock is ahead of ours, in milliseconds. */
let ahead = 0;
let fetching = false, again = false, lastFetch = 0, lastSaid = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let patience;

/** Takes over what differs, and keeps every node that is the same: focus, selection, scroll and opened details survive.
 * @param {Element} here @param {Element} there */
function takeOver(here, there) {
  if (here.hasAttribute('data-island')) {
    // what a script drew stays; it is told what it may draw now
    for (const { name, value } of there.attributes)
      if (name.startsWith('data-')) here.setAttribute(name, value);
    return;
  }
  for (const { name } of [...here.attributes])
    if (!there.hasAttribute(name) && !(name === 'open' && here.tagName === 'DETAILS')) here.removeAttribute(name);
  for (const { name, value } of there.attributes)
    if (here.getAttribute(name) !== value) here.setAttribute(name, value);
  const olds = [...here.childNodes], news = [...there.childNodes];
  news.forEach((fresh, i) => {
    const old = olds[i];
    if (!old) here.append(fresh);
    else if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName || (old instanceof Element && fresh instanceof Element && old.id !== fresh.id)) old.replaceWith(fresh);
    else if (old instanceof Element && fresh instanceof Element) takeOver(old, fresh);
    else if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
  });
  olds.slice(news.length).forEach(old => old.remove());
}

/** @param {number} seconds */
function words(seconds) {
  if (seconds < 1) return 'just now';
  const units = /** @type {[number, string][]} */ ([[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']]);
  const parts = [];
  let rest = Math.floor(seconds);
  for (const [size, name] of units) {
    const count = Math.floor(rest / size);
    rest %= size;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.join(' ') + ' ago';
}

/** Ages grow by themselves, by the server's clock. */
function grow() {
  const now = Date.now() + ahead;
  for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll('time[data-ago]'))) {
    const seconds = (now - Date.parse(time.dateTime)) / 1000;
    if (seconds >= 0) {
      const text = words(seconds);
      if (time.textContent !== text) time.textContent = text;
    }
  }
}

async function refresh() {
  if (fetching) { again = true; return; }
  fetching = true;
  lastFetch = Date.now();
  try {
    const answer = await fetch(location.href, { headers: { accept: 'text/html' }, cache: 'no-store' });
    if (!answer.ok && answer.status !== 404) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
    const [main, fresh] = [document.getElementById('main'), page.getElementById('main')];
    if (!main || !fresh) return;
    takeOver(main, fresh);
    const freshAsOf = page.getElementById('asof');
    if (freshAsOf) takeOver(asOf, freshAsOf);
    document.title = page.title;
    measure();
    document.dispatchEvent(new CustomEvent('kept:refreshed'));
    alive();
  } catch {
    lost();
  } finally {
    fetching = false;
    if (again) { again = false; later(500); }
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
/** @param {number} wait */
function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(refresh, Math.max(wait, 1000 - (Date.now() - lastFetch)));
}

function measure() {
  const time = asOf.querySelector('time');
  if (time) ahead = Date.parse(time.dateTime) - Date.now();
}

function alive() {
  clearTimeout(patience);
  patience = undefined;
  paused.hidden = true;
  asOf.classList.add('live');
}

function lost() {
  if (patience) return;
  // a stream that comes back within a moment is no news
  patience = setTimeout(() => {
    asOf.classList.remove('live');
    const seen = asOf.querySelector('time');
    const age = document.createElement('time');
    age.dateTime = seen?.dateTime ?? '';
    age.dataset['ago'] = '';
    paused.replaceChildren('Live updates paused, data as of ' + (seen?.textContent ?? 'before') + ', ', age, '.');
    grow();
    paused.hidden = false;
  }, 3000);
}

/** @param {string} text */
function say(text) {
  if (Date.now() - lastSaid < 10_000) return;
  lastSaid = Date.now();
  said.textContent = text;
}

/** @param {MessageEvent} event */
function tell(event) {
  try {
    const fact = JSON.parse(event.data);
    const to = fact.data?.to ?? fact.data?.outcome;
    if (fact.subject && to) say(`${fact.subject} is now ${String(to).replaceAll('-', ' ')}`);
  } catch { /* a fact we cannot read is shown by the page all the same */ }
}

/** @type {EventSource | undefined} */
let stream;
// Only a page that is seen holds a stream: browsers open six connections to a server, so a few tabs left open would starve every other.
function listen() {
  if (document.hidden) {
    stream?.close();
    stream = undefined;
    asOf.classList.remove('live');
    return;
  }
  if (stream && stream.readyState !== EventSource.CLOSED) return;
  stream = new EventSource('/api/v1/events/stream');
  stream.addEventListener('open', () => { alive(); later(0); });
  stream.addEventListener('error', lost);
  for (const kind of ['kept.verdict.changed', 'kept.house.taken', 'kept.house.refused', 'kept.promise.gone', 'kept.promise.named', 'kept.promise.terms', 'kept.check.rhythm'])
    stream.addEventListener(kind, event => {
      later(150);
      if (kind === 'kept.verdict.changed') tell(/** @type {MessageEvent} */ (event));
    });
}

// looks change figures without an event; a page that is seen is brought up to date now and then
setInterval(() => { if (!document.hidden && Date.now() - lastFetch > 10_000) refresh(); }, 2000);
setInterval(() => { if (!document.hidden) grow(); }, 1000);
document.addEventListener('visibilitychange', listen);
addEventListener('pagehide', () => stream?.close());
// a browser gives up on a stream that was refused, and a page that comes back from its cache has a closed one
addEventListener('pageshow', event => { if (event.persisted) listen(); });
setInterval(listen, 5000);
measure();
listen();
