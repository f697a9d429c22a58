// Makes the plots of a promise zoomable: drag to look closer, double-click for the whole. The drawing made on the server stays until this one stands, and
// comes back if anything fails, so nothing is ever lost by it.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './plot.css';

interface Look {
  at: string;
  class: string;
  dns?: number;
  connect?: number;
  tls?: number;
  firstByte?: number;
  total?: number;
  bad: number;
}

interface Looks {
  from: string;
  to: string;
  stepNanoseconds: number;
  points: Look[];
  gaps: { from: string; to: string }[];
}

const phases = ['dns', 'connect', 'tls', 'first', 'body'] as const;
const words: Record<(typeof phases)[number], string> = { dns: 'dns', connect: 'connect', tls: 'tls', first: 'first byte', body: 'body' };

type Column = (number | null)[];

/** Stacked from the ground up, in milliseconds; a gap interrupts every line. */
function columns(looks: Looks): { x: number[]; sums: Column[]; bad: Column } {
  const x: number[] = [];
  const sums: Column[] = phases.map(() => []);
  const bad: Column = [];
  const push = (at: number, look: Look | null) => {
    x.push(at);
    const total = look?.total;
    if (!look || total === undefined) {
      sums.forEach(sum => sum.push(null));
      bad.push(look && look.bad > 0 ? 0 : null);
      return;
    }
    let sum = 0;
    [look.dns, look.connect, look.tls, look.firstByte].forEach((part, i) => {
      sum += (part ?? 0) / 1e6;
      sums[i]?.push(sum);
    });
    sums[4]?.push(Math.max(sum, total / 1e6));
    bad.push(look.bad > 0 ? total / 1e6 : null);
  };
  const step = looks.stepNanoseconds / 1e9;
  let before = Number.NaN;
  for (const look of looks.points) {
    const at = Date.parse(look.at) / 1000;
    if (at - before > step * 2.5) push(before + step, null);
    push(at, look);
    before = at;
  }
  return { x, sums, bad };
}

function length(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  return ms >= 1000 ? `${(ms / 1000).toPrecision(3)} s` : `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)} ms`;
}

async function draw(figure: HTMLElement): Promise<void> {
  const path = figure.dataset['plot'];
  const drawing = figure.querySelector('svg');
  if (!path || !drawing) return;
  const query = new URLSearchParams({ from: figure.dataset['from'] ?? '', to: figure.dataset['to'] ?? '', points: '1000' });
  const answer = await fetch(`${path}&${query.toString()}`, { headers: { accept: 'application/json' } });
  if (!answer.ok) return;
  const looks = (await answer.json()) as Looks;
  if (looks.points.length < 2) return;
  const { x, sums, bad } = columns(looks);
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const quiet = colour('quiet');
  const axis = { stroke: quiet, grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font: `11px ${style.getPropertyValue('--text')}` };
  // the highest sum is painted first, so that each lower phase lies upon it
  const order = [...phases.keys()].reverse();
  const series: uPlot.Series[] = [
    { label: 'at, UTC', value: (_, at) => (at === null ? '–' : new Date(at * 1000).toISOString().replace('T', ' ').slice(0, 19)) },
    ...order.map(i => {
      const phase = phases[i] ?? 'body';
      return {
        label: words[phase], fill: colour(phase), width: 0, points: { show: false }, spanGaps: false,
        value: (_: uPlot, __: number, ___: number, index: number | null) => index === null ? '–' : length((sums[i]?.[index] ?? 0) - (i > 0 ? sums[i - 1]?.[index] ?? 0 : 0)),
      } satisfies uPlot.Series;
    }),
    { label: 'bad look', stroke: colour('broken'), width: 0, points: { show: true, size: 7, fill: colour('broken') }, value: (_, value) => (value === null ? '–' : 'yes') },
  ];
  const place = document.createElement('div');
  place.dataset['island'] = '';
  const plot = new uPlot({
    width: Math.max(240, figure.clientWidth), height: 270, series, tzDate: at => uPlot.tzDate(new Date(at * 1000), 'UTC'),
    scales: { y: { range: (_, __, most) => [0, (most || 1) * 1.06] } },
    axes: [{ ...axis, values: (_, ticks, __, ___, step) => ticks.map(at => new Date(at * 1000).toISOString().slice(...(step >= 86400 ? [5, 10] : step < 60 ? [11, 19] : [11, 16]))) }, { ...axis, size: 62, values: (_, ticks) => ticks.map(tick => (tick === 0 ? '0' : length(tick))) }],
    cursor: { drag: { x: true, y: false } },
  }, [x, ...order.map(i => sums[i] ?? []), bad], place);
  figure.dataset['island'] = '';
  drawing.before(place);
  drawing.setAttribute('hidden', '');
  const observer = new ResizeObserver(() => plot.setSize({ width: Math.max(240, figure.clientWidth), height: 270 }));
  observer.observe(figure);
}

function drawAll(): void {
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-plot]:not([data-island])'))
    draw(figure).catch(() => { /* the server's drawing stays */ });
}

drawAll();
document.addEventListener('kept:refreshed', drawAll);
